"""Commands that try a campaign: the demo, and the rehearsal by a simulated annotator."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from clime_core.data.language import Language
from clime_core.simulation.annotator import Habits
from ml_backend.campaign_file import Campaign, read_campaign
from ml_backend.campaigns.up import answering, bring_up, describe, first_round
from ml_backend.cli.campaigns import announce
from ml_backend.cli.terminal import bars, say, show
from ml_backend.demo.demo import (
    ANNOTATOR,
    annotator_from_files,
    label_studio_of,
    open_demo,
    simulated_annotator,
    write_campaign,
)
from ml_backend.demo.rehearsal import Rehearsal
from ml_backend.demo.rehearsal_report import gain, report
from ml_backend.installation import Installation, open_installation
from ml_backend.label_studio.annotator_client import Login, join
from ml_backend.rounds.worker import do_next
from ml_backend.settings import Settings, read_settings
from ml_backend.status import campaign_status, status_json
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.web.app import create_app
from ml_backend.wsgi import working

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where the demo lives; it resumes from there.")] = Path(
        "demo-data"
    ),
    program: Annotated[Path, typer.Option("--label-studio", help="Label Studio's program.")] = Path(
        ".venv-label-studio/bin/label-studio"
    ),
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0.1, help="Budget of the campaign; 30 at first.")
    ] = None,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Let a simulated annotator do the work, then stop.")
    ] = False,
) -> None:
    """A Label Studio, the backend and a small English-Spanish campaign on this machine. Ctrl-C stops everything."""
    say("making the demo's corpus and vectors" if not folder.exists() else f"resuming the demo in {folder}")
    state = open_demo(folder, program)
    label_studio = label_studio_of(state, program, folder)
    campaign = read_campaign(write_campaign(folder, state, minutes))
    say("starting Label Studio (the first time takes a minute or two)")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # a closed terminal stops everything, as Ctrl-C does
    try:
        label_studio.start()
        settings = read_settings(data_dir=folder / "clime", port=state.backend_port, poll_seconds=10)
        with _backend(settings) as installation:
            _bring_up(installation, _for_programs(campaign) if simulate else campaign)
            say(f"Label Studio login: {label_studio.owner.email}   password {label_studio.owner.password}")
            if simulate:
                client = join(label_studio.url, label_studio.owner, Login(ANNOTATOR, state.password))
                _rehearse(Rehearsal(installation, campaign, client, simulated_annotator(folder)), None)
                say("The demo stops now; start it without --simulate to look around or to label yourself.")
            else:
                say("Ctrl-C stops everything; the next start continues from here.")
                threading.Event().wait()
    finally:
        label_studio.stop()
        say("stopped")


@app.command()
def rehearse(
    file: Annotated[Path, typer.Argument(help="The campaign file, TOML.")],
    gold: Annotated[Path, typer.Option("--gold", help="Labels of the pool, JSON lines with id and label.")],
    dictionary: Annotated[list[Path], typer.Option("--dictionary", help="source<TAB>target; may be given again.")],
    source_counts: Annotated[Path, typer.Option("--source-counts", help="Words by category in other source text.")],
    target_counts: Annotated[Path | None, typer.Option("--target-counts", help="The same of target text.")] = None,
    columns: Annotated[str | None, typer.Option("--columns", help="Columns of the counts, by category.")] = None,
    owner: Annotated[
        str, typer.Option("--owner", envvar="CLIME_OWNER", help="e-mail:password of somebody who may invite.")
    ] = ...,  # type: ignore[assignment]  # typer's way to say required
    annotator: Annotated[
        str, typer.Option("--annotator", envvar="CLIME_ANNOTATOR", help="e-mail:password; joins if need be.")
    ] = "simulated@example.com:simulated-1",
    error_rate: Annotated[float, typer.Option("--error-rate", min=0, max=1)] = 0.0,
    skip_rate: Annotated[float, typer.Option("--skip-rate", min=0, max=1)] = 0.0,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="Write the report there, Markdown.")] = None,
) -> None:
    """Let a simulated annotator work through a campaign's budget over Label Studio's API, as an ordinary user."""
    campaign = _for_programs(read_campaign(file))
    counts = {Language.SOURCE: source_counts} | ({Language.TARGET: target_counts} if target_counts else {})
    names = tuple(columns.split(",")) if columns else campaign.task.categories
    habits = Habits(error_rate=error_rate, skip_rate=skip_rate)
    simulated = annotator_from_files(dictionary, gold, counts, names, seed, habits)
    with _backend(read_settings()) as installation:
        _bring_up(installation, campaign)
        client = join(campaign.label_studio.url, _login(owner), _login(annotator))
        _rehearse(Rehearsal(installation, campaign, client, simulated), out)


@contextmanager
def _backend(settings: Settings) -> Iterator[Installation]:
    """The backend, answering and working until the block ends."""
    installation = open_installation(settings)
    try:
        with answering(installation, create_app(installation), lambda _: None), working(installation):
            yield installation
    finally:
        installation.close()


def _for_programs(campaign: Campaign) -> Campaign:
    return campaign.model_copy(update={"work": campaign.work.for_programs})


def _bring_up(installation: Installation, campaign: Campaign) -> None:
    with bars() as progress:
        row = bring_up(installation, campaign, say, progress)
        first_round(installation, row, do_next, say, progress)
    with installation.store.session() as session:
        projects = projects_of(session, row)
    announce(describe(installation, campaign, projects))


def _rehearse(rehearsal: Rehearsal, out: Path | None) -> None:
    say("a simulated annotator is at work")
    with bars() as progress:
        rehearsal.run(progress)
    installation = rehearsal.installation
    with installation.store.session() as session:
        row = get_campaign(session, rehearsal.campaign.name)
    status = status_json(campaign_status(installation, row, max_rounds=100_000))
    text = report(status)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    show(Markdown(text))
    say(gain(status))


def _login(text: str) -> Login:
    email, _, password = text.partition(":")
    return Login(email, password)
