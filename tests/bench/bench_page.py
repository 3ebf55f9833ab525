"""The campaign page with 50 model versions and 5,000 annotations: how long its first response takes, and its bytes.

The search of every word task offers 2,000 words of each language, as in a campaign.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from filled_store import Filling, fill
from flask.testing import FlaskClient

from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from ml_backend.store.annotations import AnnotationState, current_annotations, reconcile
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.web.app import create_app

NAME = "bench"
FILLING = Filling(annotations=5_000, versions=50, offered=2_000, minutes=100_000)
REPEATS, MORE = 15, 5
PAGE_MS, PAGE_KB = 200.0, 300.0


def milliseconds(client: FlaskClient, path: str, headers: dict[str, str]) -> tuple[float, int]:
    """How long the whole answer takes, and its bytes."""
    start = time.perf_counter()
    answer = client.get(path, headers=headers)
    size = len(answer.data)
    taken = 1000 * (time.perf_counter() - start)
    assert answer.status_code == 200, answer.text[:500]
    return taken, size


def annotate(installation: Installation, number: int) -> None:
    """Somebody changes an annotation."""
    with installation.store.session() as session:
        (project,) = projects_of(session, get_campaign(session, NAME))
        rows = current_annotations(session, project.id)
        kept = [{field: getattr(row, field) for field in AnnotationState.__dataclass_fields__} for row in rows]
        kept[number] |= {"updated": kept[number]["updated"] + 1}
        reconcile(session, project.id, [AnnotationState(**fields) for fields in kept])


def line(what: str, values: list[float], unit: str, bar: float | None) -> None:
    """One row of the table; the median is judged."""
    median = statistics.median(values)
    verdict = "-" if bar is None else f"{bar:g} {'pass' if median < bar else 'FAIL'}"
    print(f"{what:58}{median:10.1f}{max(values):10.1f} {unit:3}  {verdict}")


def main() -> int:
    """Print one table: medians and the longest."""
    with tempfile.TemporaryDirectory() as folder:
        installation = open_installation(Settings(data_dir=Path(folder)))
        fill(installation, NAME, FILLING)
        client = create_app(installation).test_client()
        headers = {"Authorization": installation.keyring.credentials(NAME).header}
        path = f"/campaigns/{NAME}"
        print(f"{'what':58}{'median':>10}{'longest':>10}      bar")
        line("the page, first response after a start", [milliseconds(client, path, headers)[0]], "ms", PAGE_MS)
        line("until all annotations are read", [milliseconds(client, f"{path}/status.json", headers)[0]], "ms", None)
        after, read = [], []
        for number in range(MORE):
            annotate(installation, number)
            after.append(milliseconds(client, path, headers)[0])
            read.append(after[-1] + milliseconds(client, f"{path}/status.json", headers)[0])
        line("the page, first response after an annotation", after, "ms", PAGE_MS)
        line("until the annotation shows", read, "ms", None)
        pages = [milliseconds(client, path, headers) for _ in range(REPEATS)]
        line("the page, first response while nothing is new", [taken for taken, _ in pages], "ms", PAGE_MS)
        line("its bytes", [size / 1000 for _, size in pages], "kB", PAGE_KB)
        one = f"{path}/annotators/{FILLING.annotators[0]}"
        line("an annotator's page", [milliseconds(client, one, headers)[0] for _ in range(REPEATS)], "ms", PAGE_MS)
        plots = [f"{path}/plots/curve.svg?over={over}" for over in ("minutes", "documents", "keywords")]
        line("a learning curve, drawn", [milliseconds(client, plot, headers)[0] for plot in plots], "ms", None)
        line("the same from memory", [milliseconds(client, plot, headers)[0] for plot in plots], "ms", None)
        installation.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
