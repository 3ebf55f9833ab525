"""The command that shows the scheduler's decisions."""

from itertools import zip_longest
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from clime_core.errors import CampaignError
from ml_backend.cli.terminal import show
from ml_backend.installation import opened_installation
from ml_backend.store.campaigns import get_campaign
from ml_backend.store.decisions import recent_decisions

app = typer.Typer(add_completion=False)


@app.command()
def decisions(
    name: Annotated[str, typer.Argument(help="The campaign's name.")],
    count: Annotated[int, typer.Option("--last", help="How many.")] = 20,
    replay: Annotated[bool, typer.Option("--replay", help="Decide each again from its log, and compare.")] = False,
) -> None:
    """Print the scheduler's last decisions: policy, chances, reason. With --replay status 1 where one differs."""
    from ml_backend.campaigns.replay import DIFFERENT, replayed  # imports the policies: a fifth of a second

    with opened_installation() as installation, installation.store.session() as session:
        rows = recent_decisions(session, get_campaign(session, name).id, count)[::-1]
    table = Table("task", "policy", "chance", "expected s", "why", *(["decided again"] if replay else []))
    verdicts = [replayed(row) for row in rows] if replay else []
    for row, verdict in zip_longest(rows, verdicts):
        chance = row.probabilities.get(row.activity)
        cells = (row.policy.get("name", "–"), "–" if chance is None else f"{chance:.0%}", f"{row.expected_seconds:.0f}")
        table.add_row(Text(row.key), *cells, Text(row.reason), *([Text(verdict)] if verdict is not None else []))
    show(table)
    different = sum(verdict.startswith(DIFFERENT) for verdict in verdicts)
    if different:
        raise CampaignError(
            f"{different} of {len(rows)} decisions come out otherwise; were they logged by another version?"
        )
