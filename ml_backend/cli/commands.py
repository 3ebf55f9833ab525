"""All commands, put together."""

import typer

from ml_backend.cli import campaigns, method, trial

app = typer.Typer(
    name="clime",
    help="Turn a bilingual person's hour into a classifier for a low-resource language, inside Label Studio.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (campaigns, method, trial):
    app.add_typer(group.app)
