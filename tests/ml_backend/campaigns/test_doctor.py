"""`clime doctor`, beside a Label Studio on paper; the backend answers on a real port."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ml_backend.auth import Credentials
from ml_backend.campaigns.doctor import Finding, _address, _connection_fault, _hook_fault, examine
from ml_backend.campaigns.up import answering, bring_up, first_round
from ml_backend.label_studio.records import Hook
from ml_backend.rounds.worker import do_next
from ml_backend.store.version_folder import VersionFolder
from ml_backend.web.app import create_app
from tests.live.stage import write_campaign
from tests.ml_backend.label_studio.paper_campaign import FILES, PaperCampaign, paper_campaign
from tests.ports import unused_port

URL = "http://127.0.0.1:9"
"""Where Label Studio seems to be: on this machine, so that it could reach us."""

LOCAL: dict[str, dict[str, Any]] = {"label_studio": {"url": URL}}
Fault = Callable[[PaperCampaign], Any]


def silent(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperCampaign]:
    """A campaign that is up, its first lot out, its backend answering."""
    folder = tmp_path_factory.mktemp("doctor")
    with (
        paper_campaign(folder, LOCAL, linked=False, port=unused_port()) as stage,
        answering(stage.installation, create_app(stage.installation), silent),
    ):
        row = bring_up(stage.installation, stage.campaign, silent)
        first_round(stage.installation, row, do_next, silent)
        yield stage


@pytest.fixture
def patient(healthy: PaperCampaign) -> Iterator[PaperCampaign]:
    """The same, whose Label Studio a test may spoil."""
    server = healthy.server
    names = ("projects", "backends", "webhooks", "emails")
    kept = {name: deepcopy(getattr(server, name)) for name in names}
    yield healthy
    for name, value in kept.items():
        setattr(server, name, value)


def file(stage: PaperCampaign, tables: dict[str, dict[str, Any]] | None = None) -> Path:
    """Its campaign file, with changed tables."""
    whole: dict[str, dict[str, Any]] = {
        "label_studio": {"url": URL, "token_file": str(stage.folder / "token")},
        "languages.source": {"name": "English"},
        "languages.target": {"name": "Spanish"},
        "task": {"categories": ["other", "health"]},
        "data": {name: str(stage.folder / path) for name, path in FILES.items()},
        "work": {"budget_minutes": 60},
    }
    merged = {name: {**part, **(tables or {}).get(name, {})} for name, part in whole.items()}
    extra = {name: part for name, part in (tables or {}).items() if name not in whole}
    return write_campaign(stage.folder, {**merged, **extra}, {"name": "health"})


def faults(stage: PaperCampaign, tables: dict[str, dict[str, Any]] | None = None) -> list[Finding]:
    """What is wrong."""
    return [finding for finding in examine(stage.installation, file(stage, tables)) if not finding.ok]


def change(stage: PaperCampaign, **fields: Any) -> None:
    """Somebody changes the project by hand."""
    number = stage.project().number
    stage.server.projects[number] = replace(stage.server.projects[number], **fields)


def change_hook(stage: PaperCampaign, **fields: Any) -> None:
    """Somebody changes the webhook by hand."""
    number = stage.project().number
    stage.server.webhooks[number] = [replace(hook, **fields) for hook in stage.server.webhooks[number]]


def change_backend(stage: PaperCampaign, **fields: Any) -> None:
    """Something becomes of the connection."""
    number = stage.project().number
    stage.server.backends[number] = [replace(backend, **fields) for backend in stage.server.backends[number]]


def test_all_is_well(healthy: PaperCampaign) -> None:
    """Every part is looked at, in the order in which faults hide each other."""
    findings = list(examine(healthy.installation, file(healthy)))
    assert [finding for finding in findings if not finding.ok] == []
    number, address = healthy.project().number, healthy.installation.settings.address
    found = {finding.what: finding.found for finding in findings}
    assert list(found) == [
        "campaign file", "base", "train", "pool", "Label Studio", "token", "backend", "model version",
        f"label config of project {number}", f"order of project {number}", f"backend in project {number}",
        f"webhook of project {number}",
    ]  # fmt: skip
    assert found["Label Studio"] == f"paper at {URL}, as owner@example.com"
    assert found["token"] == "a legacy token"
    assert found["backend"] == f"answers at {address}"
    assert found["model version"] == "1 is live"
    assert found[f"order of project {number}"] == f"by {healthy.project().row.order_version}"
    assert found["train"].startswith("20 documents, ")


FAULTS: list[tuple[str, Fault, str, str]] = [
    ("order", lambda s: change(s, sampling=None), "sampling is None", "set it to 'Uncertainty sampling', or run"),
    ("order", lambda s: change(s, model_version="clime"), "model version is 'clime' and not 'clime 1.*random", "run"),
    ("order", lambda s: change(s, show_collab_predictions=True), "predictions are shown", "run `clime up`"),
    ("label config", lambda s: change(s, label_config="<View"), "not well-formed", "correct it in the project"),
    ("backend in", lambda s: s.server.backends.clear(), "is not connected$", "run `clime up`"),
    ("backend in", lambda s: change_backend(s, state="ER"), r"could not reach it \(state ER\)", "run `clime up`"),
    ("backend in", lambda s: change_backend(s, url="http://old.example"), "is not connected$", "run `clime up`"),
    ("webhook", lambda s: s.server.webhooks.clear(), "is missing: no event", "run `clime up`"),
    ("webhook", lambda s: change_hook(s, active=False), "is switched off", "run `clime up`"),
    ("webhook", lambda s: change_hook(s, authorization=None), "does not carry the password", "run `clime up`"),
    ("webhook", lambda s: change_hook(s, authorization="Basic eDp5"), "does not carry the password", "run `clime up`"),
]


@pytest.mark.parametrize(("what", "spoil", "found", "fix"), FAULTS, ids=[f"{w}: {f}" for w, _, f, _ in FAULTS])
def test_a_fault_in_label_studio_is_named_with_its_fix(
    patient: PaperCampaign, what: str, spoil: Fault, found: str, fix: str
) -> None:
    """That one, and no other."""
    spoil(patient)
    (fault,) = faults(patient)
    assert fault.what.startswith(what)
    assert fault.what.endswith(f"project {patient.project().number}")
    assert re.search(found, fault.found), fault.found
    assert fault.fix.startswith(fix)


def test_what_is_there_twice_is_named(patient: PaperCampaign) -> None:
    """Two connections, two webhooks."""
    number, own = patient.project().number, Credentials("health", "x")
    patient.server.connect(number, f"{patient.installation.settings.address}/", "clime: twice", own)
    patient.server.add_hook(number, f"{patient.installation.settings.address}/webhook", own)
    assert [fault.found for fault in faults(patient)] == ["is connected 2 times", "exists 2 times"]


def test_another_project_of_the_same_number_is_named(patient: PaperCampaign) -> None:
    """Nothing else of it is looked at."""
    change(patient, created=1, sampling=None)
    (fault,) = faults(patient)
    assert (fault.what, fault.found) == (
        f"project {patient.project().number}", "is another project than the one we connected",
    )  # fmt: skip
    assert "another name" in fault.fix


def test_a_project_that_is_gone_is_named(patient: PaperCampaign) -> None:
    """By Label Studio's own answer."""
    del patient.server.projects[patient.project().number]
    (fault,) = faults(patient)
    assert (fault.what, fault.fix) == (f"project {patient.project().number}", "see the message")
    assert "not found" in fault.found


def test_a_closed_queue_is_no_fault(patient: PaperCampaign) -> None:
    """Served though it is closed is one."""
    project = patient.project()
    with patient.installation.store.session() as session:
        session.merge(project.row).closed = True
    try:
        (fault,) = faults(patient)
        assert fault.found == "sampling is 'Uncertainty sampling'"
        assert fault.fix.startswith("set it to None")
        change(patient, sampling=None)
        assert faults(patient) == []
    finally:
        with patient.installation.store.session() as session:
            session.merge(project.row).closed = False


def test_a_server_that_is_away_ends_the_examination(patient: PaperCampaign) -> None:
    """Nothing further can be seen; the message is the client's."""
    patient.server.fails = ("before", "whoami")
    findings = list(examine(patient.installation, file(patient)))
    assert (findings[-1].what, findings[-1].fix) == ("Label Studio", "see the message")
    assert "away" in findings[-1].found


def test_the_model_version_is_looked_at(patient: PaperCampaign) -> None:
    """None yet, lost, or live while training is paused."""
    folder = VersionFolder.of(patient.installation.folder(patient.row), 1).path
    away = folder.with_name("away")
    patient.set(live_version=None)
    assert [f.found for f in faults(patient)] == ["none yet"]
    patient.set(live_version=1)
    folder.rename(away)
    assert "1 has lost its folder" in faults(patient)[0].found
    away.rename(folder)
    patient.set(paused=True)
    (fault,) = faults(patient)
    assert (fault.found, fault.fix) == ("1 is live, training is paused", "`clime resume health`")
    patient.set(paused=False)


def test_named_annotators_must_exist(patient: PaperCampaign) -> None:
    """An address that nobody has would get its minutes for nothing."""
    patient.server.emails = {"1": "ada@example.com"}
    table = {"work.minutes_of": {'"ada@example.com"': 10, '"ben@example.com"': 10}}
    (fault,) = faults(patient, table)
    assert (fault.what, fault.found) == ("work.minutes_of", "ben@example.com is no user of Label Studio")


@pytest.mark.parametrize(
    ("public_url", "found"),
    [
        ("http://127.0.0.1:9", ["Label Studio at ls.example cannot reach 127.0.0.1"]),
        ("http://clime:9", ["Label Studio refuses webhooks to clime: the name has no dot"]),
        ("http://clime.internal:9", []),
        ("http://[fd00::1]:9", []),
    ],
)
def test_the_way_back_is_judged_by_the_address(tmp_path: Path, public_url: str, found: list[str]) -> None:
    """Label Studio refuses a name without a dot, and cannot reach the loopback of another machine."""
    with paper_campaign(tmp_path) as stage:
        settings = stage.installation.settings.model_copy(update={"public_url": public_url})
        assert [f.found for f in _address(stage.campaign, replace(stage.installation, settings=settings))] == found


def test_what_comes_before_label_studio(tmp_path: Path) -> None:
    """A faulty file ends it; a backend that does not answer, and a campaign that was never up, are named."""
    with paper_campaign(tmp_path, LOCAL, linked=False, port=unused_port()) as stage:
        (tmp_path / "bad.toml").write_text("name = ")
        (fault,) = examine(stage.installation, tmp_path / "bad.toml")
        assert (fault.what, fault.fix) == ("campaign file", "correct the file")
        assert [f.what for f in faults(stage)] == ["backend", "campaign"]
        assert f"nothing answers at {stage.installation.settings.address}" in faults(stage)[0].found
        assert faults(stage)[1].fix.startswith("run `clime up ")
        (tmp_path / "pool.jsonl").unlink()
        assert [f.what for f in faults(stage)] == ["data", "backend", "campaign"]


def test_reading_the_data_is_reported(tmp_path: Path) -> None:
    """An encoder may take minutes over a campaign that was never up."""
    with paper_campaign(tmp_path, LOCAL, linked=False, port=unused_port()) as stage:
        steps = set[str]()
        list(examine(stage.installation, file(stage), lambda step, *_: steps.add(step)))
        assert steps == {"reading vectors"}


@pytest.mark.parametrize("columns", [("train", "pool"), ("pool", "train")], ids=["right", "the wrong way round"])
def test_the_dictionary_is_looked_at(healthy: PaperCampaign, columns: tuple[str, str]) -> None:
    """How much of the pool it covers; a dictionary of other languages covers nothing."""
    words = {"train": healthy.data.train[0].tokens[0], "pool": healthy.data.pool[0].tokens[0]}
    path = healthy.folder / "dictionary.tsv"
    path.write_text("\t".join(words[column] for column in columns), encoding="utf-8")
    tables = {"data": {"dictionary": str(path)}}
    (found,) = [f for f in examine(healthy.installation, file(healthy, tables)) if f.what == "dictionary"]
    covered = int(columns == ("train", "pool"))
    assert found.found.startswith(f"translates {covered} of ")
    assert found.fix == ("" if covered else "check its columns: source<TAB>target")


def test_another_installation_on_our_port_is_named(healthy: PaperCampaign, tmp_path: Path) -> None:
    """It has other passwords."""
    with paper_campaign(tmp_path, LOCAL, linked=False, port=healthy.installation.settings.port) as stage:
        (backend,) = [f for f in faults(stage) if f.what == "backend"]
    assert "has other passwords" in backend.found
    assert "CLIME_DATA_DIR" in backend.fix


def test_a_token_is_told_by_its_form(healthy: PaperCampaign) -> None:
    """A JWT has three parts."""
    healthy.installation.servers[URL, "a.b.c"] = healthy.server
    token = healthy.folder / "personal"
    token.write_text("a.b.c")
    path = file(healthy, {"label_studio": {"token_file": str(token)}})
    found = {f.what: f.found for f in examine(healthy.installation, path)}
    del healthy.installation.servers[URL, "a.b.c"]
    assert found["token"] == "a personal access token"


OURS = Credentials("health", "the-password")


def hook(authorization: str | None = OURS.header, *, active: bool = True) -> Hook:
    """A webhook to us."""
    return Hook(1, "http://b.example/webhook", authorization, active)


@pytest.mark.parametrize(
    ("hooks", "found"),
    [
        ([], "is missing"),
        ([hook(), hook()], "exists 2 times"),
        ([hook(active=False)], "is switched off"),
        ([hook(None)], "does not carry the password"),
        ([hook("Basic c29tZWJvZHk6ZWxzZQ==")], "does not carry the password"),
    ],
)
def test_a_faulty_webhook_has_a_fix_and_no_password_is_printed(hooks: list[Hook], found: str) -> None:
    """`clime up` fixes each; the login for doing it by hand has a command of its own."""
    message, fix = _hook_fault(hooks, OURS)
    assert found in message
    assert "`clime up`" in fix
    assert not {OURS.password, OURS.header.split()[1]} & set((message + fix).split())
    assert ("`clime password health`" in fix) == ("password" in message)


def test_a_good_webhook_needs_no_fix() -> None:
    """An empty fix is what makes a finding good."""
    assert _hook_fault([hook()], OURS) == ("in place, with password", "")


@pytest.mark.parametrize(
    ("states", "found", "good"),
    [
        (["CO"], "connected", True),
        ([], "is not connected", False),
        (["CO", "CO"], "is connected 2 times", False),
        (["ER"], "could not reach it (state ER)", False),
    ],
)
def test_a_project_is_connected_once_and_reached(states: list[str], found: str, good: bool) -> None:
    """A second connection would train twice; a failed one sends nothing."""
    message, fix = _connection_fault(states)
    assert found in message
    assert (fix == "") is good
