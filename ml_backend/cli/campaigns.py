"""Commands that run campaigns in Label Studio."""

import logging
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from ml_backend.campaign_file import read_campaign
from ml_backend.campaigns.export import export_campaign
from ml_backend.campaigns.up import Up, answering, bring_up, describe, first_round
from ml_backend.cli.terminal import bars, say
from ml_backend.installation import Installation, opened_installation
from ml_backend.rounds.worker import do_next
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.web.app import create_app
from ml_backend.wsgi import serve as serve_forever
from ml_backend.wsgi import working

app = typer.Typer(add_completion=False)

File = Annotated[Path, typer.Argument(help="The campaign file, TOML.")]
Name = Annotated[str, typer.Argument(help="The campaign's name.")]


@app.command()
def up(file: File) -> None:
    """Create or update a campaign in Label Studio, connect it, do the first round, hand out the first tasks."""
    campaign = read_campaign(file)
    with opened_installation() as installation, bars() as progress, _answering(installation):
        row = bring_up(installation, campaign, say, progress)
        first_round(installation, row, do_next, say, progress)
        with installation.store.session() as session:
            projects = projects_of(session, row)
        announce(describe(installation, campaign, projects))
        say("Keep it going with `clime serve`, under the same CLIME_ settings.")


@app.command()
def serve() -> None:
    """Keep all campaigns of the data folder going: answer Label Studio and do rounds."""
    logging.getLogger("ml_backend").setLevel(logging.INFO)
    with opened_installation() as installation:
        say(f"clime at {installation.settings.address}, data in {installation.settings.data_dir.resolve()}")
        say(f"operator page: {installation.settings.page_address}/  (`clime password` prints its login)")
        serve_forever(installation)


@app.command()
def work() -> None:
    """Do rounds only, beside another WSGI server that answers requests."""
    logging.getLogger("ml_backend").setLevel(logging.INFO)
    with opened_installation() as installation, working(installation):
        say(f"clime doing rounds, data in {installation.settings.data_dir.resolve()}")
        threading.Event().wait()


@app.command()
def export(
    name: Name,
    out: Annotated[Path, typer.Option("--out", help="Folder to write.")] = Path("export"),
    version: Annotated[int | None, typer.Option("--version", help="Model version; the live one by default.")] = None,
) -> None:
    """Write refined vectors, predictor, marks, labels and a manifest of a campaign."""
    with opened_installation() as installation, bars() as progress:
        with installation.store.session() as session:
            row = get_campaign(session, name)
        for path in export_campaign(installation, row, out, version, progress):
            say(str(path))


def _answering(installation: Installation) -> AbstractContextManager[None]:
    return answering(installation, create_app(installation), say)


def announce(result: Up) -> None:
    """Print the addresses and the login for the people of the campaign."""
    say("")
    if result.spent:
        say(f"The time is used up: `clime extend {result.credentials.user} --minutes 20` adds some.")
    else:
        for link in result.projects:
            say(f"Label here:         {link}   (press “Label All Tasks”)")
    say(f"Campaign page:      {result.page}")
    say(f"Campaign page login: {result.credentials.user}   password {result.credentials.password}")
