"""The backend at the paper's sizes in front of a real Label Studio: requests, and from Submit to the new order."""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import requests
from paper_sizes import TOKENS, write_campaign
from zipf_corpus import zipf_examples

from clime_core.data.language import Language, Word
from ml_backend.campaign_file import read_campaign
from ml_backend.campaigns.up import answering, bring_up, first_round
from ml_backend.installation import Installation, open_installation
from ml_backend.label_studio.annotator_client import AnnotatorClient, Login
from ml_backend.label_studio.answers import document_result, word_result
from ml_backend.label_studio.local_server import LocalLabelStudio, free_port
from ml_backend.rounds.worker import do_next
from ml_backend.settings import Settings
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.rounds import queue_round
from ml_backend.web.app import create_app
from ml_backend.wsgi import working

PROGRAM = Path(os.environ.get("CLIME_TEST_LABEL_STUDIO", ".venv-label-studio/bin/label-studio"))
REQUESTS, SUBMITS = 200, 5
WEBHOOK_MS, PREDICT_MS, ORDER_S = 20.0, 50.0, 15.0
OWNER = Login("owner@example.com", "owner-password-1")


def nothing(_: str) -> None:
    """Say nothing."""


def milliseconds(send: Callable[[], requests.Response]) -> tuple[float, float]:
    """Median and 95th percentile of one request after another."""
    taken = []
    for _ in range(REQUESTS):
        start = time.perf_counter()
        assert send().ok
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def line(what: str, median: float, p95: float, bar: float | None, judged: float = 0.0) -> None:
    """One row of the table."""
    verdict = "-" if bar is None else f"{bar:g} {'pass' if judged < bar else 'FAIL'}"
    print(f"{what:58}{median:10.1f}{p95:10.1f}   {verdict}")


def bench_requests(installation: Installation, when: str) -> None:
    """Each request against /health, which does nothing, over real HTTP."""
    session, address = requests.Session(), installation.settings.address
    own = installation.keyring.credentials("bench")
    session.auth = (own.user, own.password)
    text = " ".join("t" + token for token in zipf_examples(1, TOKENS)[0].document.tokens)
    task = {"id": 1, "data": {"kind": "document", "key": "d:0", "doc": [{"id": "0", "text": text}], "word": []}}
    event = {"action": "ANNOTATION_CREATED", "project": {"id": 1}, "annotation": {"id": 1, "task": task}}
    session.post(f"{address}/predict", json={"tasks": [task]})  # loads the version, once
    line(f"GET /health, {when}, ms", *milliseconds(lambda: session.get(f"{address}/health")), None)
    webhook = milliseconds(lambda: session.post(f"{address}/webhook", json=event))
    idle = when == "idle"  # a machine that trains on all its cores has no bar
    line(f"POST /webhook, {when}, ms", *webhook, WEBHOOK_MS if idle else None, webhook[1])
    predict = milliseconds(lambda: session.post(f"{address}/predict", json={"tasks": [task]}))
    line(f"POST /predict, one document, {when}, ms", *predict, PREDICT_MS if idle else None, predict[1])


def bench_order(installation: Installation, seat: AnnotatorClient, project: int) -> None:
    """Submit a task, then watch Label Studio until its project has a new order."""
    server = installation.server(read_campaign(Path(installation.settings.data_dir).parent / "campaign.toml"))
    taken: list[float] = []
    while len(taken) < SUBMITS:
        task = seat.next_task(project)
        assert task is not None
        before = server.project(project).model_version
        shown = task["data"]["word"]
        start = time.perf_counter()
        seat.submit(task["id"], marks(task) if shown else choice(), 25.0)
        while server.project(project).model_version == before:
            time.sleep(0.1)
        if shown:
            taken.append(time.perf_counter() - start)
    line("Submit of a word task to the new order, s", statistics.median(taken), max(taken), ORDER_S, max(taken))


def marks(task: dict[str, object]) -> list[dict[str, object]]:
    """The first neighbour of each language is similar."""
    data = task["data"]
    assert isinstance(data, dict)
    (entry,) = data["word"]
    return word_result(data, {Word(side, entry[side.value][0]["word"]): True for side in Language}, {})


def choice() -> list[dict[str, object]]:
    """The document is of the first category."""
    return document_result("other")


def main() -> int:
    """Print one table; the second number is the 95th percentile, or the longest."""
    if not PROGRAM.is_file():
        print(f"skipped: no Label Studio at {PROGRAM}; `make label-studio` installs it")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        label_studio = LocalLabelStudio(PROGRAM.resolve(), folder / "ls", free_port(18300), OWNER, "b" * 40)
        label_studio.start()
        installation = open_installation(Settings(data_dir=folder / "clime", port=free_port(19300)))
        campaign = read_campaign(write_campaign(folder, label_studio.url, label_studio.token))
        try:
            with answering(installation, create_app(installation), nothing):
                row = bring_up(installation, campaign, nothing)
                first_round(installation, row, do_next, nothing)
                with installation.store.session() as session:
                    (project,) = projects_of(session, row)
                print(f"{'what':58}{'median':>10}{'p95/max':>10}   bar")
                bench_requests(installation, "idle")
                with Busy(installation, campaign.name):
                    bench_requests(installation, "while a round trains")
                with working(installation):
                    bench_order(installation, AnnotatorClient(label_studio.url, OWNER), project.project)
        finally:
            installation.close()
            label_studio.stop()
    return 0


class Busy:
    """Rounds that train, one after the other, in a thread."""

    def __init__(self, installation: Installation, name: str) -> None:
        self._installation, self._name, self._stop = installation, name, Event()
        self._thread = Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._installation.store.session() as session:
                queue_round(session, get_campaign(session, self._name).id, "bench", forced=True)
            do_next(self._installation)

    def __enter__(self) -> None:
        self._thread.start()
        time.sleep(2)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


if __name__ == "__main__":
    sys.exit(main())
