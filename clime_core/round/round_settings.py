"""The settings of a round: the part of a campaign's file that is about the method."""

from dataclasses import dataclass
from typing import Literal, get_args

from clime_core.errors import TrainingError
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.predictor.predictor_settings import PredictorSettings
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.model.selection.review_settings import ReviewSettings
from clime_core.model.selection.selection import Selection, check_selection
from clime_core.model.words.salience_form import CountedForm, SalienceForm

NeighborWords = Literal["documents", "vocabulary"]


@dataclass(frozen=True)
class RoundSettings:
    """The method of a round.

    runs: classifiers trained, with consecutive seeds; predictions are their mean.
    train_on: the vectors that the classifier is trained on, original or refined (the paper). It always reads documents
    over the refined ones, so that marks count at once. One that learnt from the original vectors need not be trained
    anew.
    predictor: what marks and the pool's own text add to the classifier.
    salience: the paper's sum of norms (eq. 2), the norm of the summed gradient, or a count in the labelled documents:
    their log-likelihood ratio beyond chance, or log-odds.
    selection: how the documents to ask are chosen, of `clime_core.model.selection.strategies`.
    keyword_languages: keywords from both vocabularies, or from the source alone.
    neighbors: shown in each language (k). neighbor_words: those of the campaign's documents, or the whole vocabulary.
    neighbor_ranking: by cosine, or by CSLS, which avoids hubs: words that are near to everything. inflections: whether
    words that look like another form of the keyword, or of a nearer neighbour, are shown.
    keywords: how many of the most salient words are prepared as tasks. translated_keywords: whether words that the
    team's dictionary translates are among them.
    review: of the screens on which annotators correct predictions.
    target_weight: weight of a labelled target document against a source document where the classifier is trained; 0
    leaves such documents to the target model.

    Raises TrainingError for values out of range.
    """

    classifier: ClassifierSettings = ClassifierSettings()
    refine: RefineSettings = RefineSettings()
    train_on: Literal["original", "refined"] = "original"
    predictor: PredictorSettings = PredictorSettings()
    runs: int = 2
    salience: SalienceForm | CountedForm = "log-odds"
    selection: Selection = "entropy"
    keyword_languages: Literal["both", "source"] = "both"
    neighbors: int = 5
    neighbor_words: NeighborWords = "documents"
    neighbor_ranking: Literal["cosine", "csls"] = "cosine"
    inflections: bool = True
    keywords: int = 20
    translated_keywords: bool = False
    review: ReviewSettings = ReviewSettings()
    target_weight: float = 0.0

    def __post_init__(self) -> None:
        for name in ("runs", "neighbors", "keywords"):
            if not getattr(self, name) > 0:
                raise TrainingError(f"{name} must be above 0, got {getattr(self, name)!r}")
        if not self.target_weight >= 0:
            raise TrainingError(f"target_weight must be 0 or more, got {self.target_weight!r}")
        check_selection(self.selection)
        if self.classifier.kind == "given" and self.target_weight:
            raise TrainingError(f"labels cannot teach a given base: set target_weight to 0, got {self.target_weight!r}")
        if self.classifier.kind in ("encoder", "transformer", "given") and self.salience in get_args(SalienceForm):
            raise TrainingError(
                f"salience {self.salience!r} is a gradient with respect to word vectors, which a classifier of kind "
                f"{self.classifier.kind!r} does not read: set salience to 'log-likelihood'"
            )
        if self.selection == "ensemble" and (self.runs == 1 or self.classifier.kind in ("lr", "encoder", "given")):
            raise TrainingError(
                "selection by ensemble compares networks that were trained from several seeds, got runs = "
                f"{self.runs} of {self.classifier.kind!r}: set runs to 2 or more of 'cnn', 'dan' or 'transformer'"
            )
