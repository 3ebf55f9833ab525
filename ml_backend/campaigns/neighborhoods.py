"""The neighbourhood of a word in a campaign's live model version."""

from clime_core.data.embeddings import BilingualEmbeddings, Rows
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark, resolve
from clime_core.errors import VocabularyError
from clime_core.model.words.neighborhood import Neighborhood, Projection, neighborhood
from clime_core.round.candidates import candidate_rows
from ml_backend.campaign_data import campaign_data_of
from ml_backend.installation import Installation
from ml_backend.rounds.live_models import live_model, live_number
from ml_backend.store.campaigns import projects_of
from ml_backend.store.tables import CampaignRow
from ml_backend.store.version_folder import VersionFolder


def neighborhood_of(installation: Installation, row: CampaignRow, word: Word, projection: Projection) -> Neighborhood:
    """The words around it before and after refinement, with the marks that the live version was made from.

    Raises CampaignError before the first version, VocabularyError for a word without a vector, DataError where the
    version's files are gone.
    """
    number = live_number(row)
    key = ("neighborhood", row.id, number, word, projection)
    return installation.pages.get(key, lambda: _compute(installation, row, number, word, projection))


def _compute(
    installation: Installation, row: CampaignRow, number: int, word: Word, projection: Projection
) -> Neighborhood:
    campaign = installation.campaign(row)
    model = live_model(installation, row)
    if word not in model.unrefined:
        name = campaign.languages.names[word.language]
        raise VocabularyError(f"the vectors of {name} have no word {word.form!r}; try another word or language")
    marks = _marks(VersionFolder.of(installation.folder(row), number), word)
    return neighborhood(
        model.unrefined, model.embeddings, word, marks, _candidates(installation, row, model.unrefined), projection
    )


def _marks(version: VersionFolder, keyword: Word) -> dict[Word, bool]:
    """The votes of the version's marks on the keyword: whether each word is similar."""
    stored = map(_mark, version.read_manifest()["evidence"]["marks"])
    marks = resolve(mark for mark in stored if mark.keyword == keyword)
    return {constraint.word: constraint.similar for constraint in marks.constraints}


def _mark(fields: list) -> Mark:  # type: ignore[type-arg]  # as json gives it
    annotator, keyword, word, *rest = fields
    return Mark(annotator, _word(keyword), _word(word), *rest)


def _word(fields: list[str]) -> Word:
    return Word(Language(fields[0]), fields[1])


def _candidates(
    installation: Installation, row: CampaignRow, embeddings: BilingualEmbeddings
) -> dict[Language, Rows | None]:
    """The rows that annotators are shown words from: all, or those of the campaign's documents."""
    campaign = installation.campaign(row)
    with installation.store.reading() as session:
        projects = projects_of(session, row)
    words = campaign_data_of(installation, campaign, projects).candidates
    return {
        language: candidate_rows(words[language], embeddings.side(language), campaign.round.neighbor_words)
        for language in Language
    }
