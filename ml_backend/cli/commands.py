"""All commands: their names and one sentence each. The module of a command is imported when the command is run."""

import importlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Annotated, Any, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup

DISTRIBUTION = "clime-backend"
"""The name of the distribution on the package index; the name `clime` belongs to another project there."""


class CommandOutline(NamedTuple):
    """The module of `ml_backend.cli` that has a command, and the command's help text."""

    module: str
    help: str


COMMANDS: Mapping[str, CommandOutline] = {
    "up": CommandOutline(
        "campaigns",
        "Create or update a campaign in Label Studio, connect it, do the first round, hand out the first tasks.",
    ),
    "serve": CommandOutline(
        "campaigns", "Keep all campaigns of the data folder going: answer Label Studio and do rounds."
    ),
    "work": CommandOutline("campaigns", "Do rounds only, beside another WSGI server that answers requests."),
    "export": CommandOutline(
        "campaigns", "Write refined vectors, predictor, marks, labels and a manifest of a campaign."
    ),
    "health": CommandOutline(
        "checks",
        "Whether the server on this machine answers; status 1 if not. For containers and service managers.",
    ),
    "doctor": CommandOutline(
        "checks",
        "Check a campaign: data, server, token, addresses, webhook, label config. One line a problem, with its fix.",
    ),
    "password": CommandOutline("checks", "Print the login of a campaign's page, or the operator's."),
    "extend": CommandOutline(
        "steering", "Add minutes to a campaign's budget, or to one annotator's; a queue that was closed opens again."
    ),
    "pause": CommandOutline(
        "steering",
        "Train nothing more for now; serving goes on, the queue is kept filled, and time spent still counts.",
    ),
    "resume": CommandOutline("steering", "Go on training and annotating."),
    "rollback": CommandOutline(
        "steering", "Serve an earlier model version, and train nothing more until `clime resume`."
    ),
    "decisions": CommandOutline(
        "decisions",
        "Print the scheduler's last decisions: policy, chances, reason. With --replay status 1 where one differs.",
    ),
    "binarize": CommandOutline(
        "vector_files", "Convert word vectors from text into a folder that opens in milliseconds."
    ),
    "export-vec": CommandOutline("vector_files", "Convert a folder of vectors back into word2vec text."),
    "align": CommandOutline("vectors", "Bring raw target vectors into the source's space by a dictionary."),
    "induce": CommandOutline(
        "vectors",
        "How often the translations in a dictionary, not used to align, are nearest: precision at 1 and 5.",
    ),
    "retrofit": CommandOutline(
        "vectors", "Draw the vectors of translations together, in vectors that share a space already."
    ),
    "encode": CommandOutline(
        "encode", "Encode documents by a sentence encoder: a row of vectors for each line, as .npy."
    ),
    "encode-words": CommandOutline(
        "encode", "Encode the words of documents by a sentence encoder, as word vectors of both languages in one space."
    ),
    "train": CommandOutline(
        "method", "Train on source documents, evaluate on target documents; mean accuracy over the seeds."
    ),
    "rank": CommandOutline(
        "method", "Rank the words of the training documents by salience: `word<TAB>score`, the highest first."
    ),
    "neighbors": CommandOutline(
        "method", "The nearest neighbours of the top keywords in both languages, one JSON line a keyword."
    ),
    "refine": CommandOutline(
        "method", "Update word vectors by marks: similar pairs come closer, dissimilar ones move apart."
    ),
    "simulate": CommandOutline(
        "simulate",
        "Run simulated campaigns with their controls on data folders, and report what a person's minutes are worth.",
    ),
    "demo": CommandOutline(
        "trial",
        "A Label Studio, the backend and a small English-Spanish campaign on this machine. Ctrl-C stops everything.",
    ),
    "rehearse": CommandOutline(
        "trial",
        "Let a simulated annotator work through a campaign's budget over Label Studio's API, as an ordinary user.",
    ),
}
"""By name, in the order of the help text."""


class LazyCommand(TyperCommand):
    """A command known by its name and help text. The real one is imported when it is run, or its own help is asked."""

    def __init__(self, name: str, outline: CommandOutline) -> None:
        super().__init__(name, help=outline.help)
        self.outline = outline

    def load(self) -> TyperCommand:
        """The real command, from its module."""
        module = importlib.import_module(f"ml_backend.cli.{self.outline.module}")
        real = typer.main.get_command(module.app)
        return cast(TyperCommand, real.commands[str(self.name)] if isinstance(real, TyperGroup) else real)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Parse the arguments as the real command does; whoever runs the context runs the real command."""
        return self.load().make_context(*arguments, **options)


class LazyGroup(TyperGroup):
    """All commands of `COMMANDS`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name, outline in COMMANDS.items():
            self.add_command(LazyCommand(name, outline))


app = typer.Typer(
    name="clime",
    cls=LazyGroup,
    help="Turn a bilingual person's hour into a classifier for a low-resource language, inside Label Studio.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version() -> str:
    """The installed version; unknown where the code runs from a folder that was never installed."""
    try:
        return installed_version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"clime {_version()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version  # the callback above has shown it
