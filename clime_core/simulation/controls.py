"""The controls by name, and those that replace an answer of the annotator."""

from dataclasses import replace

from clime_core.data.documents import DocumentId
from clime_core.data.language import Word
from clime_core.errors import CampaignError
from clime_core.round.campaign_round import RoundSettings
from clime_core.scheduling.activity import Activity
from clime_core.simulation.annotator import DocumentAnswer, ReviewAnswer, WordAnswer
from clime_core.simulation.condition import Condition
from clime_core.simulation.control import Control, ControlContext, KeywordJudgement
from clime_core.simulation.fair_controls import FAIR
from clime_core.simulation.generator import generator_of

WORDS, LABELS = frozenset({Activity.WORDS}), frozenset({Activity.DOCUMENTS, Activity.REVIEW})


class NormsOnly(Control):
    """The refinement changes lengths of vectors, and no direction; other effects of marks stay."""

    name = "norms-only"
    about = "touched words get the refined lengths and keep their directions"
    activities = WORDS

    def settings(self, settings: RoundSettings) -> RoundSettings:
        """Directions are put back."""
        return replace(settings, refine=replace(settings.refine, keep="directions"))


class RandomMarks(Control):
    """Every mark stays with its keyword, kind and language but falls on a random word."""

    name = "random-marks"
    about = "the same number and kind of marks, on words drawn from those that could have been shown"
    activities = WORDS
    useless = Activity.WORDS

    def judged(self, judgement: KeywordJudgement) -> WordAnswer:
        """Other words under the same marks; added ones too."""
        answer, taken = judgement.answer, {judgement.answer.keyword}
        rng = generator_of("random marks", judgement.context.seed, *answer.keyword)

        def replacement(word: Word) -> Word:
            forms = judgement.context.candidates[word.language]
            while True:
                drawn = Word(word.language, forms[int(rng.integers(len(forms)))])
                if drawn not in taken or len(taken) >= len(forms):
                    taken.add(drawn)
                    return drawn

        marks = {replacement(word): similar for word, similar in answer.marks.items() if similar is not None}
        return replace(answer, marks=marks, added=tuple(map(replacement, answer.added)))


class RandomLabels(Control):
    """Every document gets the label of some document of the pool: right as often as the categories are frequent."""

    name = "random-labels"
    about = "the labels of documents drawn from the pool, in place of those of the documents that were asked"
    activities = LABELS
    useless = Activity.DOCUMENTS

    def labelled(self, answer: DocumentAnswer, document: DocumentId, context: ControlContext) -> DocumentAnswer:
        """Another label, where there is a label; the same run draws the same."""
        return answer if answer.label is None else replace(answer, label=self._drawn(document, context))

    def reviewed(self, answer: ReviewAnswer, context: ControlContext) -> ReviewAnswer:
        """The same, text by text."""
        labels = {d: None if label is None else self._drawn(d, context) for d, label in answer.labels.items()}
        return replace(answer, labels=labels)

    @staticmethod
    def _drawn(document: DocumentId, context: ControlContext) -> int:
        rng = generator_of("random labels", context.seed, type(document).__name__, document)
        return context.labels[int(rng.integers(len(context.labels)))]


class RejectionsOff(Control):
    """Nothing is marked dissimilar."""

    name = "rejections-off"
    about = "marks of dissimilar words are left out"
    activities = WORDS

    def judged(self, judgement: KeywordJudgement) -> WordAnswer:
        """Accepted and added words alone."""
        marks = {word: True if similar else None for word, similar in judgement.answer.marks.items()}
        return replace(judgement.answer, marks=marks)


class NoHuman(Control):
    """The machine takes its own neighbours as accepted and its own confident predictions as labels."""

    name = "no-human"
    about = "all neighbours shown are accepted; the most confident predictions are labels"
    machine_labels = True

    def judged(self, judgement: KeywordJudgement) -> WordAnswer:
        """All shown but the keyword; nothing of the annotator's but the seconds."""
        keyword = judgement.answer.keyword
        marks = {word: True for word in judgement.shown if word != keyword}
        return WordAnswer(keyword, marks, (), judgement.answer.seconds)


class DictionaryMachine(Control):
    """A machine with a bilingual dictionary in place of the person."""

    name = "dictionary-machine"
    about = "neighbours that the dictionary gives are accepted, a translation is added where none is shown"
    activities = WORDS
    machine_labels = True

    def judged(self, judgement: KeywordJudgement) -> WordAnswer:
        """The machine's answer in the annotator's seconds."""
        machine = judgement.context.machine
        return replace(machine.judge(judgement.answer.keyword, judgement.shown), seconds=judgement.answer.seconds)


CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (
        Control(), NormsOnly(), RandomMarks(), RandomLabels(), NoHuman(), DictionaryMachine(), RejectionsOff(), *FAIR,
    )
}  # fmt: skip
"""By name; `none` is the real run."""

PRIOR_MATCHED = "prior-matched"
"""A control without a run of its own: Base with its decision moved to match the pool's shares."""


def applies(control: str, condition: Condition) -> bool:
    """Whether the control changes a run of the condition; the real run stands for itself, a fair control for none."""
    if control == Control.name:
        return True
    found = CONTROLS[control]
    return found.stands_for is None and not set(found.activities).isdisjoint(condition.activities)


def parse_controls(text: str) -> tuple[str, ...]:
    """Names of controls from a list with commas; `all` and `fair` stand for several, `none` for none.

    Raises CampaignError for an unknown name.
    """
    groups = {
        "all": [name for name in CONTROLS if name != Control.name] + [PRIOR_MATCHED],
        "fair": [control.name for control in FAIR],
        "none": [],
    }
    parts = [part.strip() for part in text.split(",")]
    unknown = [part for part in parts if part not in (*groups, *groups["all"])]
    if unknown:
        known = ", ".join(groups["all"])
        raise CampaignError(f"controls are all, fair, none or some of {known}, got {', '.join(unknown)}")
    return tuple(dict.fromkeys(name for part in parts for name in groups.get(part, [part])))
