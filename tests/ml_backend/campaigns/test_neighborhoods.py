"""The neighbourhood of a word in a campaign's live model version."""

import json

import pytest

from clime_core.data.language import Language, Word
from clime_core.errors import CampaignError, VocabularyError
from ml_backend.campaigns.neighborhoods import neighborhood_of
from ml_backend.installation import Installation
from ml_backend.store.campaigns import get_campaign
from ml_backend.store.tables import CampaignRow
from ml_backend.store.version_folder import VersionFolder
from tests.ml_backend.conftest import EMPTY, HALF_DONE

HOSPITAL = Word(Language.SOURCE, "hospital")


def row_of(installation: Installation, name: str = HALF_DONE) -> CampaignRow:
    """The campaign's row."""
    with installation.store.reading() as session:
        return get_campaign(session, name)


def test_marks_are_those_that_the_version_was_made_from(filled: Installation) -> None:
    """The keyword's own, by majority; every marked word is there."""
    row = row_of(filled)
    manifest = json.loads((VersionFolder.of(filled.folder(row), 12).path / "manifest.json").read_text())
    said = {
        tuple(word): similar
        for _, keyword, word, similar, *_ in manifest["evidence"]["marks"]
        if keyword == ["src", "hospital"]
    }
    found = neighborhood_of(filled, row, HOSPITAL, "pca")
    assert {tuple(one.word): one.similar for one in found.words if one.similar is not None} == said
    assert len(said) > 3


def test_similar_words_came_closer_and_others_went_away(filled: Installation) -> None:
    """On average: that is what refinement is for."""
    found = neighborhood_of(filled, row_of(filled), HOSPITAL, "pca")
    change = {s: [w.cosine_after - w.cosine_before for w in found.words if w.similar is s] for s in (True, False)}
    assert sum(change[True]) / len(change[True]) > 0.05
    assert sum(change[False]) / len(change[False]) < -0.05


def test_it_is_found_once_for_each_version(filled: Installation) -> None:
    """Plots for light and dark, for screens and phones, share it."""
    row = row_of(filled)
    assert neighborhood_of(filled, row, HOSPITAL, "tsne") is neighborhood_of(filled, row, HOSPITAL, "tsne")
    assert neighborhood_of(filled, row, HOSPITAL, "tsne") is not neighborhood_of(filled, row, HOSPITAL, "pca")


def test_what_is_not_there_is_said(filled: Installation) -> None:
    """A word without a vector in that language, and a campaign before its first version."""
    with pytest.raises(VocabularyError, match="the vectors of Tigrinya have no word 'hospital'"):
        neighborhood_of(filled, row_of(filled), Word(Language.TARGET, "hospital"), "pca")
    with pytest.raises(CampaignError, match="first round is still to come"):
        neighborhood_of(filled, row_of(filled, EMPTY), HOSPITAL, "pca")
