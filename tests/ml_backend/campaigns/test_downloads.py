"""What can be taken from the campaign page."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from clime_core.data.documents import read_documents
from clime_core.data.feedback_file import read_feedback
from clime_core.data.language import Language
from clime_core.data.vec_file import read_vec
from clime_core.errors import CampaignError
from clime_core.model.refinement.refine import Refinement
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaigns.downloads import DOWNLOADS, OF_A_VERSION, download, vec_bytes
from ml_backend.installation import Installation
from ml_backend.rounds.live_models import live_model
from ml_backend.status import campaign_status, snapshot_of
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.tables import CampaignRow
from tests.ml_backend.conftest import EMPTY, HALF_DONE


def row_of(installation: Installation, name: str = HALF_DONE) -> CampaignRow:
    """The campaign's row."""
    with installation.store.reading() as session:
        return get_campaign(session, name)


def saved(installation: Installation, folder: Path, what: str) -> Path:
    """The download as a browser saves it."""
    made = download(installation, row_of(installation), what)
    path = folder / made.name
    path.write_bytes(made.body.read_bytes() if isinstance(made.body, Path) else b"".join(made.body))
    return path


@pytest.mark.parametrize("side", list(Language))
def test_vectors_are_the_refined_ones(filled: Installation, tmp_path: Path, side: Language) -> None:
    """Bit for bit, as word2vec text that our reader takes."""
    what = "source.vec" if side is Language.SOURCE else "target.vec"
    path = saved(filled, tmp_path, what)
    assert path.name == f"half-done-v12-{what}"
    read, _ = read_vec(path)
    row = row_of(filled)
    model = live_model(filled, row)
    np.testing.assert_array_equal(read.vectors, model.embeddings.side(side).vectors)
    assert tuple(read.words) == tuple(model.embeddings.side(side).words)


def test_large_files_come_in_pieces(filled: Installation) -> None:
    """They are made while they are sent; the header comes before the first row is written."""
    body = download(filled, row_of(filled), "target.vec").body
    assert isinstance(body, Iterable)
    assert not isinstance(body, Path | list)
    assert next(iter(body)) == b"40 24\n"


def test_the_refinement_leads_from_the_campaigns_vectors_to_the_refined_ones(
    filled: Installation, tmp_path: Path
) -> None:
    """The changed rows alone."""
    refinement = Refinement.load(saved(filled, tmp_path, "refinement.safetensors"))
    row = row_of(filled)
    model = live_model(filled, row)
    made = refinement.apply(model.unrefined)
    np.testing.assert_array_equal(made.source.vectors, model.embeddings.source.vectors)
    assert len(refinement.source_rows)


def test_labels_are_documents_with_the_label_that_counts(filled: Installation, tmp_path: Path) -> None:
    """As many as the page says, by category."""
    documents = read_documents(saved(filled, tmp_path, "labels.jsonl"))
    counts = [sum(document.label == category for document in documents) for category in range(2)]
    assert counts == list(campaign_status(filled, row_of(filled)).balance.labels)
    assert all(document.tokens for document in documents)


def test_marks_are_in_the_authors_format(filled: Installation, tmp_path: Path) -> None:
    """Every mark, and the keywords that nobody marked anything under."""
    row = row_of(filled)
    with filled.store.reading() as session:
        campaign_data = campaign_data_of(filled, filled.campaign(row), projects_of(session, row))
    vectors = campaign_data.embeddings
    marks, _ = read_feedback(saved(filled, tmp_path, "marks.csv"), vectors.source, vectors.target)
    said = {(m.keyword, m.word, m.similar) for m in snapshot_of(filled, row).readings.marks}
    assert {(m.keyword, m.word, m.similar) for m in marks} == {one for one in said if one[0] in vectors}


def test_decisions_are_all_that_was_logged(filled: Installation, tmp_path: Path) -> None:
    """The oldest first, each a line."""
    lines = [json.loads(line) for line in saved(filled, tmp_path, "decisions.jsonl").read_text().splitlines()]
    newest = campaign_status(filled, row_of(filled)).decisions
    assert [line["key"] for line in lines[::-1]][: len(newest)] == [decision.task for decision in newest]
    assert {"reason", "state", "policy", "probabilities", "expected_seconds", "decided_at"} <= lines[0].keys()


def test_the_manifest_is_the_versions(filled: Installation, tmp_path: Path) -> None:
    """With what it was made from, and no secret."""
    text = saved(filled, tmp_path, "manifest.json").read_text()
    assert {"vectors", "evidence", "settings", "digest"} <= json.loads(text).keys()
    assert filled.keyring.credentials(HALF_DONE).password not in text


def test_what_there_is_not_is_said(filled: Installation) -> None:
    """Unknown names, and files of a version before there is one."""
    with pytest.raises(CampaignError, match=r"no download 'secret', only source\.vec"):
        download(filled, row_of(filled), "secret")
    for what in OF_A_VERSION:
        with pytest.raises(CampaignError, match="first round is still to come"):
            download(filled, row_of(filled, EMPTY), what)
    for what in DOWNLOADS.keys() - set(OF_A_VERSION):
        assert download(filled, row_of(filled, EMPTY), what).name == f"empty-{what}"


def test_the_size_of_vectors_is_told_before_they_are_sent(filled: Installation, tmp_path: Path) -> None:
    """Within a third, so that nobody begins a large download unawares."""
    told = vec_bytes(filled, row_of(filled))
    real = saved(filled, tmp_path, "source.vec").stat().st_size
    assert 0.66 * real < told[Language.SOURCE] < 1.5 * real
    assert vec_bytes(filled, row_of(filled, EMPTY)) == {}
