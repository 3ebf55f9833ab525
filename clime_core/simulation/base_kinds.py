"""The kinds of base: what each reads, the recipes that stand for it, and the plainest model of the same input.

A further kind is one more `BaseKind` in `BASE_KINDS`, and its recipes in `recipes.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clime_core.errors import CampaignError, DataError
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.model.predictor.predictor_settings import PredictorSettings, TargetSettings, WordChannelSettings
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.round.round_settings import RoundSettings
from clime_core.simulation.data_folder import TEXT, TOPICS, SettingFiles

BARE = PredictorSettings(WordChannelSettings(weight=0.0), TargetSettings(weight=0.0), shares="as predicted")
"""The classifier alone."""


@dataclass(frozen=True)
class BaseKind:
    """A kind of base.

    reads: what it needs of a setting, in words. found: whether a setting has it. classifiers: that are of this kind.
    recipes: names of those that are simulated unless others are asked for. plain: the classifier that a team without
    this project would train on the same input, from the recipe's; None where there is no such input. method: of a
    setting where none is named; where it is empty, every one of which there is a `file`, (part, ending).
    """

    name: str
    reads: str
    found: Callable[[SettingFiles], bool]
    classifiers: frozenset[Kind]
    recipes: tuple[str, ...]
    plain: Callable[[ClassifierSettings], ClassifierSettings] | None
    method: str = ""
    file: tuple[str, str] = ("", "")

    def methods(self, folder: Path, topics: bool, named: Sequence[str] = ()) -> list[str]:
        """The methods that are named, or those of the folder. Raises DataError where a file of one is missing."""
        if self.method:
            return [*named] or [self.method]
        part, ending = self.file[0] + (TOPICS if topics else ""), self.file[1]
        found = _methods_in(folder, part, ending)
        missing = [name for name in named if name not in found] if found else [*named, "<method>"]
        if missing:
            raise DataError(
                f"{folder}: no file {part}.{missing[0]}{ending} with {self.reads}: make it first "
                "(docs/simulation.md says what is in it)"
            )
        return [*named] or found

    def labels_alone(self, settings: RoundSettings) -> RoundSettings | None:
        """The plain classifier on the source documents and all labels, and nothing else; None where there is none."""
        if self.plain is None:
            return None
        plain = self.plain(settings.classifier)
        return RoundSettings(classifier=plain, refine=RefineSettings("off"), predictor=BARE, runs=1, target_weight=1.0)


def _fine_tuned(classifier: ClassifierSettings) -> ClassifierSettings:
    """The same model, fine-tuned on documents as they are."""
    tuning = classifier.transformer
    return ClassifierSettings("transformer", transformer=replace(tuning, variant="plain") if tuning else None)


BASE_KINDS = {
    kind.name: kind
    for kind in (
        BaseKind(
            name="words",
            reads="word vectors",
            found=lambda files: bool(files.vectors),
            classifiers=frozenset({"cnn", "dan", "lr"}),
            recipes=("paper", "clime"),
            plain=lambda _: ClassifierSettings(kind="lr"),
            method="cca",
        ),
        BaseKind(
            name="encoder",
            reads="vectors of documents",
            found=lambda files: bool(files.document_vectors),
            classifiers=frozenset({"encoder"}),
            recipes=("encoder",),
            plain=lambda _: ClassifierSettings(
                kind="encoder", inverse_regularization=100.0, class_weights="balanced", centred=False
            ),
            file=("train", ".npy"),
        ),
        BaseKind(
            name="given",
            reads="given predictions",
            found=lambda files: files.predictions is not None,
            classifiers=frozenset({"given"}),
            recipes=("given",),
            plain=None,
            file=("predictions", ".jsonl"),
        ),
        BaseKind(
            name="transformer",
            reads="texts",
            found=lambda _: True,
            classifiers=frozenset({"transformer"}),
            recipes=("transformer",),
            plain=_fine_tuned,
            method=TEXT,
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


def _methods_in(folder: Path, part: str, ending: str) -> list[str]:
    """The methods of which a file `<part>.<method><ending>` lies in a folder, sorted."""
    names = (path.name.removeprefix(f"{part}.").removesuffix(ending) for path in folder.glob(f"{part}.*{ending}"))
    return sorted(name for name in names if "." not in name)


def check_base(recipe: str, settings: RoundSettings, files: SettingFiles) -> None:
    """Raise DataError where a setting lacks what the recipe's base reads."""
    kind = kind_of(settings)
    if not kind.found(files):
        others = [other.name for other in BASE_KINDS.values() if other.found(files)]
        raise DataError(
            f"{files.folder}: recipe {recipe} reads {kind.reads}, and there are none of method {files.method}: "
            f"give a --method that has them, or --base {' or '.join(others)}"
        )
    tuning = settings.classifier.transformer
    if tuning is not None and tuning.terms and files.dictionary is None:
        raise DataError(
            f"{files.folder}: recipe {recipe} replaces words by their translations, and there is no dictionary.tsv: "
            "put one there, or take the recipe transformer"
        )
