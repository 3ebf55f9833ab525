"""The files that the campaign page offers: vectors, labels, marks, decisions, the manifest.

`clime export` writes the same and more into a folder. Here nothing stays on disk, and large files are made while they
are sent.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from clime_core.data.documents import write_documents
from clime_core.data.embedding_store import VECTORS_FILE
from clime_core.data.feedback_file import write_feedback
from clime_core.data.language import Language
from clime_core.data.vec_file import vec_text
from clime_core.errors import CampaignError, DataError
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaigns.export import judged, labelled
from ml_backend.installation import Installation
from ml_backend.label_studio.readings import Readings
from ml_backend.rounds.live_models import live_model, live_number
from ml_backend.status import snapshot_of
from ml_backend.store.tables import CampaignRow, DecisionRow
from ml_backend.store.version_folder import MADE_ANEW, VersionFolder

ROWS_PER_PIECE = 250
"""Rows of vectors sent in one piece: less than a megabyte."""

BYTES_PER_NUMBER = 11.0
"""About how many bytes a number takes as text."""


@dataclass(frozen=True)
class Download:
    """A file to send: its name, its mimetype, and its bytes or their path. `large` ones take long to send."""

    name: str
    mimetype: str
    body: Path | Iterable[bytes]
    large: bool = False


Make = Callable[[Installation, CampaignRow], tuple[str, Path | Iterable[bytes]]]
"""Makes the mimetype and the bytes of a download."""


def download(installation: Installation, row: CampaignRow, name: str) -> Download:
    """The file of that name, from the present state. Raises CampaignError where it does not exist, or not yet."""
    if name not in DOWNLOADS:
        raise CampaignError(f"there is no download {name!r}, only {', '.join(DOWNLOADS)}")
    version = f"-v{live_number(row)}" if name in OF_A_VERSION else ""
    mimetype, body = DOWNLOADS[name](installation, row)
    return Download(f"{row.name}{version}-{name}", mimetype, body, large=name.endswith(".vec"))


def vec_bytes(installation: Installation, row: CampaignRow) -> dict[str, int]:
    """About how large the vectors of each language are as text; empty before the first version."""
    if row.live_version is None:
        return {}
    return installation.pages.get(("vec bytes", row.id, row.live_version), lambda: _vec_bytes(installation, row))


def _vec_bytes(installation: Installation, row: CampaignRow) -> dict[str, int]:
    try:
        manifest = _folder(installation, row).read_manifest()
        sizes = {side: (Path(copy) / VECTORS_FILE).stat().st_size for side, copy in manifest["vectors"].items()}
    except (OSError, DataError, KeyError):
        return {}
    return {side: int(size / 4 * BYTES_PER_NUMBER) for side, size in sizes.items()}


def _vectors(side: Language) -> Make:
    def make(installation: Installation, row: CampaignRow) -> tuple[str, Iterator[bytes]]:
        model = live_model(installation, row)
        lines = vec_text(model.embeddings.side(side), ROWS_PER_PIECE)
        return "text/plain", (text for _, text in lines)

    return make


def _of_version(name: str, mimetype: str) -> Make:
    def make(installation: Installation, row: CampaignRow) -> tuple[str, Path]:
        path = _folder(installation, row).path / name
        if not path.is_file():
            raise CampaignError(f"{path} does not exist any more; {MADE_ANEW}")
        return mimetype, path

    return make


def _labels(installation: Installation, row: CampaignRow) -> tuple[str, list[bytes]]:
    snapshot = snapshot_of(installation, row)
    data = campaign_data_of(installation, snapshot.campaign, snapshot.projects)
    documents = labelled(data, snapshot.readings)
    return "application/jsonl", _bytes_of(lambda path: write_documents(path, documents))


def _marks(installation: Installation, row: CampaignRow) -> tuple[str, list[bytes]]:
    readings: Readings = snapshot_of(installation, row).readings
    return "text/csv", _bytes_of(lambda path: write_feedback(path, readings.marks, judged(readings)))


def _decisions(installation: Installation, row: CampaignRow) -> tuple[str, Iterator[bytes]]:
    """Every decision, oldest first, with all its fields."""
    return "application/jsonl", _decision_lines(installation, row)


def _decision_lines(installation: Installation, row: CampaignRow) -> Iterator[bytes]:
    with installation.store.reading() as session:
        query = select(DecisionRow).where(DecisionRow.campaign_id == row.id).order_by(DecisionRow.id)
        for decision in session.scalars(query.execution_options(yield_per=200)):
            yield json.dumps(_fields(decision), ensure_ascii=False).encode() + b"\n"


def _fields(decision: DecisionRow) -> dict[str, Any]:
    names = (column.name for column in DecisionRow.__table__.columns)
    return {name: getattr(decision, name) for name in names if name not in ("id", "campaign_id")}


def _bytes_of(write: Callable[[Path], None]) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "download"
        write(path)
        return [path.read_bytes()]


def _folder(installation: Installation, row: CampaignRow) -> VersionFolder:
    return VersionFolder.of(installation.folder(row), row.live_version or 0)


DOWNLOADS: dict[str, Make] = {
    "source.vec": _vectors(Language.SOURCE),
    "target.vec": _vectors(Language.TARGET),
    "refinement.safetensors": _of_version("refinement.safetensors", "application/octet-stream"),
    "manifest.json": _of_version("manifest.json", "application/json"),
    "labels.jsonl": _labels,
    "marks.csv": _marks,
    "decisions.jsonl": _decisions,
}
OF_A_VERSION = ("source.vec", "target.vec", "refinement.safetensors", "manifest.json")
