"""Controls change what they say they change, and nothing else."""

from collections import Counter
from dataclasses import asdict

import pytest

from clime_core.data.language import Language, Word
from clime_core.errors import CampaignError
from clime_core.round.campaign_round import RoundSettings
from clime_core.scheduling.activity import Activity
from clime_core.simulation.annotator import DocumentAnswer, SimulatedAnnotator, WordAnswer
from clime_core.simulation.annotator_knowledge import Knowledge
from clime_core.simulation.condition import ACTIVE, BOTH, CLIME, CONDITIONS, DOCUMENTS_AND_REVIEW, REVIEW
from clime_core.simulation.control import ControlContext, KeywordJudgement
from clime_core.simulation.controls import CONTROLS, PRIOR_MATCHED, applies, parse_controls
from clime_core.simulation.fair_controls import FAIR


def source(form: str) -> Word:
    """A word of the source language."""
    return Word(Language.SOURCE, form)


def target(form: str) -> Word:
    """A word of the target language."""
    return Word(Language.TARGET, form)


KEYWORD = source("fever")
SHOWN = [source("ill"), source("goal"), target("fiebre"), target("gol"), target("calentura")]
ANSWER = WordAnswer(
    KEYWORD,
    {SHOWN[0]: True, SHOWN[1]: False, SHOWN[2]: True, SHOWN[3]: False, SHOWN[4]: None},
    (target("febril"),),
    31.0,
)
MACHINE = SimulatedAnnotator(Knowledge((("fever", "fiebre"), ("heat", "fiebre"), ("goal", "gol")), {}, {}), 2)
CONTEXT = ControlContext({language: [f"{language}{i}" for i in range(50)] for language in Language}, MACHINE, seed=3)
JUDGEMENT = KeywordJudgement(ANSWER, SHOWN, CONTEXT)


def kinds(answer: WordAnswer) -> Counter[tuple[str, bool, bool]]:
    """How many marks of each language and kind."""
    return Counter((m.word.language.value, m.similar, m.added) for m in answer.as_marks("x"))


def test_random_marks_keep_number_kind_language_and_seconds() -> None:
    """The words are others, distinct and from those that could have been shown; the same run draws the same."""
    found = CONTROLS["random-marks"].judged(JUDGEMENT)
    assert kinds(found) == kinds(ANSWER)
    words = [mark.word for mark in found.as_marks("x")]
    assert len(set(words)) == len(words) == 5
    assert all(word.form in CONTEXT.candidates[word.language] for word in words)
    assert found.seconds == ANSWER.seconds
    assert found == CONTROLS["random-marks"].judged(JUDGEMENT)
    reseeded = ControlContext(CONTEXT.candidates, MACHINE, seed=4)
    assert found != CONTROLS["random-marks"].judged(KeywordJudgement(ANSWER, SHOWN, reseeded))


def test_random_marks_end_where_words_are_few() -> None:
    """With fewer candidates than marks some word is taken twice rather than never."""
    tiny = ControlContext({language: ["only"] for language in Language}, MACHINE, 0)
    assert {word.form for word in CONTROLS["random-marks"].judged(KeywordJudgement(ANSWER, SHOWN, tiny)).marks} == {
        "only"
    }


def test_random_labels_say_nothing_of_the_document() -> None:
    """As frequent as in the pool, whatever was answered; skips and seconds stay; the same run draws the same."""
    context = ControlContext({}, MACHINE, seed=3, labels=[0] * 80 + [1] * 20)
    control = CONTROLS["random-labels"]
    for answer in (0, 1):
        found = [control.labelled(DocumentAnswer(answer, 40.0), document, context) for document in range(1000)]
        assert 0.16 < sum(answer.label or 0 for answer in found) / 1000 < 0.24
        assert {answer.seconds for answer in found} == {40.0}
        assert found == [control.labelled(DocumentAnswer(answer, 40.0), document, context) for document in range(1000)]
    reseeded = ControlContext({}, MACHINE, seed=4, labels=context.labels)
    drawn = [
        [control.labelled(DocumentAnswer(0, 1.0), document, drawn).label for document in range(1000)]
        for drawn in (context, reseeded)
    ]
    assert drawn[0] != drawn[1]
    skipped = DocumentAnswer(None, 40.0, skipped=True)
    assert control.labelled(skipped, 1, context) == skipped
    real = DocumentAnswer(1, 40.0)
    assert all(
        other_control.labelled(real, 1, context) == real
        for other_control in CONTROLS.values()
        if other_control is not control
    )


def test_useless_activities_are_those_whose_answers_are_random() -> None:
    """One control for each."""
    useless = {name: control.useless for name, control in CONTROLS.items() if control.useless}
    assert useless == {"random-marks": Activity.WORDS, "random-labels": Activity.DOCUMENTS}


def test_rejections_off_keeps_the_rest() -> None:
    """Accepted and added words stay."""
    found = CONTROLS["rejections-off"].judged(JUDGEMENT)
    assert kinds(found) == Counter({("src", True, False): 1, ("tgt", True, False): 1, ("tgt", True, True): 1})
    assert found.seconds == ANSWER.seconds


def test_no_human_accepts_what_is_shown() -> None:
    """All but the keyword, nothing typed, whatever the annotator answered or skipped."""
    for answer in (ANSWER, WordAnswer(KEYWORD, dict.fromkeys(SHOWN), (), 31.0, skipped=True)):
        found = CONTROLS["no-human"].judged(KeywordJudgement(answer, [*SHOWN, KEYWORD], CONTEXT))
        assert found == WordAnswer(KEYWORD, dict.fromkeys(SHOWN, True), (), 31.0)


def test_the_dictionary_machine_knows_the_dictionary_alone() -> None:
    """Translations and words that share one are accepted, the first translation is added where none is shown."""
    found = CONTROLS["dictionary-machine"].judged(KeywordJudgement(ANSWER, [source("heat"), *SHOWN], CONTEXT))
    assert {word for word, similar in found.marks.items() if similar} == {source("heat"), target("fiebre")}
    assert not any(similar is False for similar in found.marks.values())
    assert (found.added, found.seconds) == ((), 31.0)
    assert CONTROLS["dictionary-machine"].judged(KeywordJudgement(ANSWER, [source("ill")], CONTEXT)).added == (
        target("fiebre"),
    )


def test_norms_only_changes_one_setting() -> None:
    """The others are the recipe's, and the other controls leave all of them."""
    for name, control in CONTROLS.items():
        found = asdict(control.settings(RoundSettings()))
        expected = asdict(RoundSettings())
        if name == "norms-only":
            expected["refine"]["keep"] = "directions"
        assert found == expected, name


def test_a_control_applies_where_it_makes_a_difference() -> None:
    """Nothing controls Base with a run; documents alone are controlled by the machine's own labels."""
    table = {name: {condition for condition in CONDITIONS.values() if applies(name, condition)} for name in CONTROLS}
    assert table.pop("none") == set(CONDITIONS.values())
    assert table.pop("random-labels") == {ACTIVE, BOTH, REVIEW, DOCUMENTS_AND_REVIEW}
    assert table.pop("no-human") == {ACTIVE, CLIME, BOTH, REVIEW, DOCUMENTS_AND_REVIEW}
    fair = {name: table.pop(name) for name in parse_controls("fair")}
    assert all(conditions == set() for conditions in fair.values()), "each stands in the place of one condition"
    assert all(conditions == {CLIME, BOTH} for conditions in table.values())


def test_controls_are_named_by_a_list() -> None:
    """All, none, or some; an unknown one is reported with the known ones."""
    assert set(parse_controls("all")) == {*CONTROLS, PRIOR_MATCHED} - {"none"}
    assert parse_controls("none") == ()
    assert parse_controls("fair,no-human") == (*(control.name for control in FAIR), "no-human")
    assert parse_controls("no-human, random-marks,no-human") == ("no-human", "random-marks")
    with pytest.raises(CampaignError, match=r"controls are all, fair, none or some of norms-only.*, got clever"):
        parse_controls("no-human,clever")
