"""The kinds of base: what each reads, the recipes that stand for it, and the plainest model of the same input.

A further kind is one more `BaseKind` in `BASE_KINDS`, and its recipes in `recipes.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clime_core.errors import CampaignError, DataError
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.model.predictor.predictor_settings import PredictorSettings, TargetSettings, WordChannelSettings
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.round.round_settings import RoundSettings
from clime_core.simulation.data_folder import SettingFiles

BARE = PredictorSettings(WordChannelSettings(weight=0.0), TargetSettings(weight=0.0), shares="as predicted")
"""The classifier alone."""


@dataclass(frozen=True)
class BaseKind:
    """A kind of base.

    reads: what it needs of a setting, in words. found: whether a setting has it. classifiers: that are of this kind.
    recipes: names of those that are simulated unless others are asked for. plain: the classifier that a team without
    this project would train on the same input.
    """

    name: str
    reads: str
    found: Callable[[SettingFiles], bool]
    classifiers: frozenset[Kind]
    recipes: tuple[str, ...]
    plain: ClassifierSettings

    @property
    def labels_alone(self) -> RoundSettings:
        """The plain classifier on the source documents and all labels, and nothing else."""
        return RoundSettings(
            classifier=self.plain, refine=RefineSettings("off"), predictor=BARE, runs=1, target_weight=1.0
        )


BASE_KINDS = {
    kind.name: kind
    for kind in (
        BaseKind(
            name="words",
            reads="word vectors",
            found=lambda files: bool(files.vectors),
            classifiers=frozenset({"cnn", "dan", "lr"}),
            recipes=("paper", "clime"),
            plain=ClassifierSettings(kind="lr"),
        ),
        BaseKind(
            name="encoder",
            reads="vectors of documents",
            found=lambda files: bool(files.document_vectors),
            classifiers=frozenset({"encoder"}),
            recipes=("encoder",),
            plain=ClassifierSettings(
                kind="encoder", inverse_regularization=100.0, class_weights="balanced", centred=False
            ),
        ),
    )
}
"""By name; the first is the default."""


def base_kind(name: str) -> BaseKind:
    """The kind of this name. Raises CampaignError for another one."""
    if name not in BASE_KINDS:
        raise CampaignError(f"a kind of base is one of {', '.join(BASE_KINDS)}, got {name!r}")
    return BASE_KINDS[name]


def kind_of(settings: RoundSettings) -> BaseKind:
    """The kind of base that a recipe has."""
    return next(kind for kind in BASE_KINDS.values() if settings.classifier.kind in kind.classifiers)


def check_base(recipe: str, settings: RoundSettings, files: SettingFiles) -> None:
    """Raise DataError where a setting lacks what the recipe's base reads."""
    kind = kind_of(settings)
    if not kind.found(files):
        others = [other.name for other in BASE_KINDS.values() if other.found(files)]
        raise DataError(
            f"{files.folder}: recipe {recipe} reads {kind.reads}, and there are none of method {files.method}: "
            f"give a --method that has them, or --base {' or '.join(others)}"
        )
