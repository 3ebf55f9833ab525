"""All commands, put together."""

import typer

from ml_backend.cli import campaigns, decisions, method, simulate, steering, trial, vector_files, vectors

app = typer.Typer(
    name="clime",
    help="Turn a bilingual person's hour into a classifier for a low-resource language, inside Label Studio.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (campaigns, steering, decisions, vector_files, vectors, method, simulate, trial):
    app.add_typer(group.app)
