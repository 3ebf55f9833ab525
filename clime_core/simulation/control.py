"""A control: a run that equals a real one except for what the person is claimed to bring.

The simulated annotator is asked in every run and its seconds are spent. A control then replaces the recipe, the
answer or the documents asked about. So its minutes and seeds are those of the real run.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.round.campaign_round import RoundSettings
from clime_core.scheduling.activity import Activity
from clime_core.simulation.annotator import DocumentAnswer, ReviewAnswer, SimulatedAnnotator, WordAnswer
from clime_core.simulation.condition import Condition
from clime_core.simulation.data_folder import SettingFiles


@dataclass(frozen=True, eq=False)
class ControlContext:
    """All that a control may use.

    The words that could be shown, by language; an annotator who knows the machine's dictionary alone and makes no
    mistakes; the run's seed; and the gold labels of the pool, sorted, so that they reveal nothing about single
    documents.
    """

    candidates: Mapping[Language, Sequence[str]]
    machine: SimulatedAnnotator
    seed: int
    labels: Sequence[int] = ()


@dataclass(frozen=True, eq=False)
class KeywordJudgement:
    """The annotator's answer about a keyword, and the words that were shown under it."""

    answer: WordAnswer
    shown: Sequence[Word]
    context: ControlContext


class Control:
    """None: the real run. Subclasses change the recipe's settings, the answers, or who labels.

    activities: those that it changes. useless: the one whose answers carry no information any more. machine_labels:
    whether the model's most confident predictions take the place of the documents asked and their labels.

    A fair control is what else could be done with the same minutes. stands_for: the condition in whose place it is run;
    every condition is then set beside it. keywords_for_nothing: marked by the machine's dictionary before the first
    minute.
    """

    name: ClassVar[str] = "none"
    about: ClassVar[str] = "the annotator as described"
    activities: ClassVar[Collection[Activity]] = frozenset(Activity)
    useless: ClassVar[Activity | None] = None
    machine_labels: ClassVar[bool] = False
    stands_for: ClassVar[Condition | None] = None
    keywords_for_nothing: ClassVar[int] = 0

    def fits(self, settings: RoundSettings, files: SettingFiles) -> bool:  # noqa: ARG002 - for subclasses
        """Whether it can be run with a recipe and a setting, and is something else than the real run."""
        return True

    def first_round(self, settings: RoundSettings) -> RoundSettings:
        """The settings of the first round: the recipe's, or those of another method."""
        return settings

    def settings(self, settings: RoundSettings) -> RoundSettings:
        """Those of the later rounds, from those of the first one."""
        return settings

    def judged(self, judgement: KeywordJudgement) -> WordAnswer:
        """The answer that counts, in place of the annotator's."""
        return judgement.answer

    def reviewed(self, answer: ReviewAnswer, context: ControlContext) -> ReviewAnswer:  # noqa: ARG002 - for subclasses
        """The labels of a review screen that count, in place of the annotator's."""
        return answer

    def labelled(self, answer: DocumentAnswer, document: DocumentId, context: ControlContext) -> DocumentAnswer:  # noqa: ARG002 - for subclasses
        """The label that counts, in place of the annotator's."""
        return answer
