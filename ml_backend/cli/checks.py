"""Commands that check an installation and a campaign. They start in a moment: a container asks `health` each minute."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ml_backend.auth import OPERATOR, open_keyring
from ml_backend.cli.terminal import bars, say, show
from ml_backend.settings import read_settings

if TYPE_CHECKING:
    from rich.text import Text

    from ml_backend.campaigns.doctor import Finding

app = typer.Typer(add_completion=False)


@app.command()
def health() -> None:
    """Whether the server on this machine answers; status 1 if not. For containers and service managers."""
    from ml_backend.campaigns.health import answers

    settings = read_settings()
    if not answers(settings.local_address, open_keyring(settings)):
        say(f"nothing of this data folder answers at {settings.local_address}")
        raise typer.Exit(1)


@app.command()
def doctor(file: Annotated[Path, typer.Argument(help="The campaign file, TOML.")]) -> None:
    """Check a campaign: data, server, token, addresses, webhook, label config. One line a problem, with its fix."""
    from ml_backend.campaigns.doctor import examine
    from ml_backend.installation import opened_installation

    with opened_installation() as installation, bars() as progress:
        findings = list(examine(installation, file, progress))
    for finding in findings:
        show(_line(finding))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def password(name: Annotated[str, typer.Argument(help="A campaign, or clime for the operator.")] = OPERATOR) -> None:
    """Print the login of a campaign's page, or the operator's."""
    login = open_keyring(read_settings()).credentials(name)
    say(f"user {login.user}  password {login.password}")


def _line(finding: "Finding") -> "Text":
    from rich.text import Text

    verdict = ("ok   ", "green") if finding.ok else ("bad  ", "red")
    fix = (f" → {finding.fix}", "yellow") if finding.fix else ""
    return Text.assemble(verdict, f"{finding.what}: {finding.found}", fix)
