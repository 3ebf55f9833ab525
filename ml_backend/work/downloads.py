"""What can be taken from the campaign page: vectors, labels, marks, decisions, the manifest.

`clime export` writes the same and more into a folder. Here nothing is written but for a moment, and what may be large
is made while it is sent.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from clime_core.data.documents import write_documents
from clime_core.data.embedding_store import VECTORS_FILE
from clime_core.data.feedback_file import write_feedback
from clime_core.data.language import Language
from clime_core.data.vec_file import vec_text
from clime_core.errors import CampaignError
from ml_backend.exchange.readings import Readings
from ml_backend.ground.store.tables import CampaignRow, DecisionRow
from ml_backend.ground.store.versions import version_folder
from ml_backend.work.export import judged, labelled
from ml_backend.work.status import standing_of
from ml_backend.work.workshop import Workshop

ROWS_AT_ONCE = 250
"""Rows of vectors sent in one piece: less than a megabyte."""

TEXT_BYTES = 11.0
"""About how many bytes a number takes as text."""


@dataclass(frozen=True)
class Download:
    """A file to send: its name, its kind, and its bytes, or where they lie. `large` ones take their time."""

    name: str
    mimetype: str
    body: Path | Iterable[bytes]
    large: bool = False


Make = Callable[[Workshop, CampaignRow], tuple[str, Path | Iterable[bytes]]]
"""Makes the mimetype and the bytes of a download."""


def download(workshop: Workshop, row: CampaignRow, what: str) -> Download:
    """The file of that name, as the campaign is now. Raises CampaignError for one that there is not, or not yet."""
    if what not in DOWNLOADS:
        raise CampaignError(f"there is no download {what!r}, only {', '.join(DOWNLOADS)}")
    if what in OF_A_VERSION and row.live_version is None:
        raise CampaignError(f"campaign {row.name} has no model version yet; its first round is still to come")
    mimetype, body = DOWNLOADS[what](workshop, row)
    version = f"-v{row.live_version}" if what in OF_A_VERSION else ""
    return Download(f"{row.name}{version}-{what}", mimetype, body, large=what.endswith(".vec"))


def vec_bytes(workshop: Workshop, row: CampaignRow) -> dict[str, int]:
    """About how large the vectors of each language are as text; empty before the first version."""
    if row.live_version is None:
        return {}
    return workshop.kept.get(("vec bytes", row.id, row.live_version), lambda: _vec_bytes(workshop, row))


def _vec_bytes(workshop: Workshop, row: CampaignRow) -> dict[str, int]:
    try:
        manifest = json.loads((_folder(workshop, row) / "manifest.json").read_text(encoding="utf-8"))
        sizes = {side: (Path(manifest["vectors"][side]) / VECTORS_FILE).stat().st_size for side in Language}
    except (OSError, ValueError, KeyError):
        return {}
    return {str(side): int(size / 4 * TEXT_BYTES) for side, size in sizes.items()}


def _vectors(side: Language) -> Make:
    def make(workshop: Workshop, row: CampaignRow) -> tuple[str, Iterator[bytes]]:
        model = workshop.models.get(workshop.campaign(row), workshop.folder(row), row.live_version or 0)
        lines = vec_text(model.embeddings.side(side), ROWS_AT_ONCE)
        return "text/plain", (text for _, text in lines)

    return make


def _of_version(name: str, mimetype: str) -> Make:
    def make(workshop: Workshop, row: CampaignRow) -> tuple[str, Path]:
        path = _folder(workshop, row) / name
        if not path.is_file():
            raise CampaignError(f"{path} is gone; the next round makes a new version (`clime resume` first, if paused)")
        return mimetype, path

    return make


def _labels(workshop: Workshop, row: CampaignRow) -> tuple[str, list[bytes]]:
    standing = standing_of(workshop, row)
    materials = workshop.materials_of(standing.campaign, standing.projects)
    named = [
        replace(label, document=materials.by_key[str(label.document)])
        for label in standing.readings.labels
        if label.document in materials.by_key
    ]
    documents = labelled(materials, replace(standing.readings, labels=tuple(named)))
    return "application/jsonl", _written(lambda path: write_documents(path, documents))


def _marks(workshop: Workshop, row: CampaignRow) -> tuple[str, list[bytes]]:
    readings: Readings = standing_of(workshop, row).readings
    return "text/csv", _written(lambda path: write_feedback(path, readings.marks, judged(readings)))


def _decisions(workshop: Workshop, row: CampaignRow) -> tuple[str, Iterator[bytes]]:
    """Every decision, oldest first, with all that is logged of it."""
    return "application/jsonl", _each_decision(workshop, row)


def _each_decision(workshop: Workshop, row: CampaignRow) -> Iterator[bytes]:
    with workshop.store.reading() as session:
        query = select(DecisionRow).where(DecisionRow.campaign_id == row.id).order_by(DecisionRow.id)
        for decision in session.scalars(query.execution_options(yield_per=200)):
            yield json.dumps(_fields(decision), ensure_ascii=False).encode() + b"\n"


def _fields(decision: DecisionRow) -> dict[str, Any]:
    names = (column.name for column in DecisionRow.__table__.columns)
    return {name: getattr(decision, name) for name in names if name not in ("id", "campaign_id")}


def _written(write: Callable[[Path], None]) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "download"
        write(path)
        return [path.read_bytes()]


def _folder(workshop: Workshop, row: CampaignRow) -> Path:
    return version_folder(workshop.folder(row), row.live_version or 0)


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
