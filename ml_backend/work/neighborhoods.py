"""The neighbourhood of a word in a campaign's live model version."""

import json
from pathlib import Path

import numpy as np

from clime_core.data.embeddings import BilingualEmbeddings, Rows
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark, resolve
from clime_core.errors import CampaignError, VocabularyError
from clime_core.model.neighborhood import Neighborhood, Projection, neighborhood
from ml_backend.ground.store.campaigns import projects_of
from ml_backend.ground.store.tables import CampaignRow
from ml_backend.ground.store.versions import version_folder
from ml_backend.work.workshop import Workshop


def neighborhood_of(workshop: Workshop, row: CampaignRow, word: Word, projection: Projection) -> Neighborhood:
    """The words around it before and after refinement, with the marks that the live version was made from.

    Raises CampaignError before the first version, VocabularyError for a word without a vector, DataError where the
    version's files are gone.
    """
    number = row.live_version
    if number is None:
        raise CampaignError(f"campaign {row.name} has no model version yet; its first round is still to come")
    key = ("neighborhood", row.id, number, word, projection)
    return workshop.kept.get(key, lambda: _found(workshop, row, number, word, projection))


def _found(workshop: Workshop, row: CampaignRow, number: int, word: Word, projection: Projection) -> Neighborhood:
    campaign, folder = workshop.campaign(row), workshop.folder(row)
    model = workshop.models.get(campaign, folder, number)
    if word not in model.before:
        side = campaign.languages.source if word.language is Language.SOURCE else campaign.languages.target
        raise VocabularyError(f"the vectors of {side.name} have no word {word.form!r}; try another word or language")
    marks = _marks(version_folder(folder, number), word)
    return neighborhood(
        model.before, model.embeddings, word, marks, _candidates(workshop, row, model.before), projection
    )


def _marks(version: Path, keyword: Word) -> dict[Word, bool]:
    """What the version's marks on the keyword come to."""
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    said = [mark for mark in map(_mark, manifest["evidence"]["marks"]) if mark.keyword == keyword]
    return {constraint.word: constraint.similar for constraint in resolve(said).constraints}


def _mark(fields: list) -> Mark:  # type: ignore[type-arg]  # as json gives it
    annotator, keyword, word, *rest = fields
    return Mark(annotator, _word(keyword), _word(word), *rest)


def _word(fields: list[str]) -> Word:
    return Word(Language(fields[0]), fields[1])


def _candidates(workshop: Workshop, row: CampaignRow, embeddings: BilingualEmbeddings) -> dict[Language, Rows | None]:
    """The rows that annotators are shown words from: all, or those of the campaign's documents."""
    campaign = workshop.campaign(row)
    if campaign.round.neighbor_words == "vocabulary":
        return {}
    with workshop.store.reading() as session:
        projects = projects_of(session, row)
    words = workshop.materials_of(campaign, projects).candidates
    return {language: np.unique(embeddings.side(language).rows(words[language])) for language in Language}
