"""Controls: runs that are equal to a real one but for what a person is claimed to bring.

The simulated annotator is asked in every run and its seconds are spent; a control then replaces the recipe, the
answer or the documents asked about. So minutes, recipe and seeds are those of the run that it controls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from clime_core.data.language import Language, Word
from clime_core.errors import CampaignError
from clime_core.laboratory.annotator import SimulatedAnnotator, WordAnswer
from clime_core.laboratory.annotator_knowledge import Knowledge
from clime_core.laboratory.condition import Condition
from clime_core.laboratory.generator import generator_of
from clime_core.round.campaign_round import RoundSettings

WITH_WORDS = frozenset({Condition.CLIME, Condition.BOTH})


@dataclass(frozen=True, eq=False)
class Scene:
    """What a control may look at: the words that could be shown, by language, a dictionary, the run's seed."""

    candidates: Mapping[Language, Sequence[str]]
    dictionary: Sequence[tuple[str, str]]
    n_categories: int
    seed: int


@dataclass(frozen=True, eq=False)
class Asked:
    """What the annotator was shown under a keyword and said."""

    answer: WordAnswer
    shown: Sequence[Word]
    scene: Scene


class Control:
    """None: the real run. Subclasses change the recipe's settings, the answer about words, or who labels.

    machine_labels: whether the documents are those that the model is surest of, with its own predictions.
    """

    name: ClassVar[str] = "none"
    about: ClassVar[str] = "the annotator as described"
    conditions: ClassVar[frozenset[Condition]] = frozenset(Condition)
    machine_labels: ClassVar[bool] = False

    def settings(self, settings: RoundSettings) -> RoundSettings:
        """The recipe's settings, perhaps changed."""
        return settings

    def judged(self, asked: Asked) -> WordAnswer:
        """What counts as said, in place of the annotator's answer."""
        return asked.answer


class NormsOnly(Control):
    """The refinement changes lengths of vectors, and no direction; whatever else marks do stays."""

    name = "norms-only"
    about = "touched words get the refined lengths and keep their directions"
    conditions = WITH_WORDS

    def settings(self, settings: RoundSettings) -> RoundSettings:
        """Directions are put back."""
        return replace(settings, refine=replace(settings.refine, keep="directions"))


class RandomMarks(Control):
    """Every mark stays with its keyword, kind and language but falls on a random word."""

    name = "random-marks"
    about = "the same number and kind of marks, on words drawn from those that could have been shown"
    conditions = WITH_WORDS

    def judged(self, asked: Asked) -> WordAnswer:
        """Other words under the same marks; added ones too."""
        answer, taken = asked.answer, {asked.answer.keyword}
        rng = generator_of("random marks", asked.scene.seed, *answer.keyword)

        def other(word: Word) -> Word:
            forms = asked.scene.candidates[word.language]
            while True:
                drawn = Word(word.language, forms[int(rng.integers(len(forms)))])
                if drawn not in taken or len(taken) >= len(forms):
                    taken.add(drawn)
                    return drawn

        marks = {other(word): similar for word, similar in answer.marks.items() if similar is not None}
        return replace(answer, marks=marks, added=tuple(map(other, answer.added)))


class RejectionsOff(Control):
    """Nothing is marked dissimilar."""

    name = "rejections-off"
    about = "marks of dissimilar words are left out"
    conditions = WITH_WORDS

    def judged(self, asked: Asked) -> WordAnswer:
        """Accepted and added words alone."""
        marks = {word: True if similar else None for word, similar in asked.answer.marks.items()}
        return replace(asked.answer, marks=marks)


class NoHuman(Control):
    """The machine takes its own neighbours as accepted and its own confident predictions as labels."""

    name = "no-human"
    about = "all neighbours shown are accepted; the most confident predictions are labels"
    conditions = WITH_WORDS | {Condition.ACTIVE}
    machine_labels = True

    def judged(self, asked: Asked) -> WordAnswer:
        """All shown but the keyword; nothing of the annotator's but the seconds."""
        keyword = asked.answer.keyword
        marks = {word: True for word in asked.shown if word != keyword}
        return WordAnswer(keyword, marks, (), asked.answer.seconds)


class DictionaryMachine(Control):
    """A machine with a bilingual dictionary in place of the person."""

    name = "dictionary-machine"
    about = "neighbours that the dictionary gives are accepted, a translation is added where none is shown"
    conditions = WITH_WORDS
    machine_labels = True

    def judged(self, asked: Asked) -> WordAnswer:
        """An annotator who knows nothing but the dictionary, and makes no mistakes."""
        machine = SimulatedAnnotator(Knowledge(asked.scene.dictionary, {}, {}), asked.scene.n_categories)
        return replace(machine.judge(asked.answer.keyword, asked.shown), seconds=asked.answer.seconds)


CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (Control(), NormsOnly(), RandomMarks(), NoHuman(), DictionaryMachine(), RejectionsOff())
}
"""By name; `none` is the real run."""

PRIOR_MATCHED = "prior-matched"
"""A control without a run of its own: Base with its decision moved to match the pool's shares."""


def applies(control: str, condition: Condition) -> bool:
    """Whether the control makes a difference to the condition."""
    return condition in CONTROLS[control].conditions


def parse_controls(text: str) -> tuple[str, ...]:
    """Names of controls from `all`, `none` or a list with commas. Raises CampaignError for an unknown name."""
    known = [name for name in CONTROLS if name != Control.name] + [PRIOR_MATCHED]
    names = {"all": known, "none": []}.get(text) if text in ("all", "none") else text.split(",")
    chosen = [name.strip() for name in names or []]
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise CampaignError(f"controls are all, none or some of {', '.join(known)}, got {', '.join(unknown)}")
    return tuple(dict.fromkeys(chosen))
