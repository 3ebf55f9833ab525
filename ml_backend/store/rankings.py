"""A model version's rankings on disk: the documents, keywords and review screens to ask next."""

import json
from dataclasses import asdict, dataclass

from clime_core.data.language import Language, Word
from clime_core.round.campaign_round import KeywordNeighbors, RankedDocument, ReviewScreen, RoundResult
from ml_backend.store.version_folder import VersionFolder


@dataclass(frozen=True)
class Rankings:
    """The documents, keywords and review screens to ask next, best first, and the most salient words, for the pages."""

    documents: tuple[RankedDocument, ...] = ()
    keywords: tuple[KeywordNeighbors, ...] = ()
    salient: tuple[tuple[str, str, float], ...] = ()
    screens: tuple[ReviewScreen, ...] = ()

    @property
    def highest_salience(self) -> float:
        """The salience of the most salient word; 0 where there is none."""
        return max((score for _, _, score in self.salient), default=0.0)


def rankings_of(result: RoundResult) -> Rankings:
    """The rankings of a round."""
    salient = tuple((s.word.language.value, s.word.form, s.score) for s in result.salient)
    return Rankings(result.documents, result.keywords, salient, result.screens)


def write_rankings(folder: VersionFolder, rankings: Rankings) -> None:
    """Write the rankings into a version's folder."""
    folder.rankings.write_text(json.dumps(asdict(rankings), ensure_ascii=False), encoding="utf-8")


def read_rankings(folder: VersionFolder | None) -> Rankings:
    """The rankings of a version; empty where there is none, or its files were lost or damaged."""
    if folder is None:
        return Rankings()
    try:
        stored = json.loads(folder.rankings.read_text(encoding="utf-8"))
        return Rankings(
            tuple(_document(item) for item in stored["documents"]),
            tuple(_keyword(item) for item in stored["keywords"]),
            tuple((language, form, score) for language, form, score in stored["salient"]),
            tuple(ReviewScreen(s["category"], tuple(s["documents"])) for s in stored.get("screens", ())),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Rankings()


def _document(item: dict) -> RankedDocument:  # type: ignore[type-arg]  # as json gives it
    """Older versions call the worth `uncertainty`."""
    return RankedDocument(item["id"], item["worth"] if "worth" in item else item["uncertainty"])


def _keyword(item: dict) -> KeywordNeighbors:  # type: ignore[type-arg]  # as json gives it
    language, form = item["keyword"]
    return KeywordNeighbors(
        Word(Language(language), form), item["salience"], tuple(item["source"]), tuple(item["target"])
    )
