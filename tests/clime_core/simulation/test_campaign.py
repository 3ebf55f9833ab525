"""Simulated campaigns on a tiny setting."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from clime_core.data.documents import Document
from clime_core.data.marks import Mark
from clime_core.errors import TrainingError
from clime_core.evaluation.gain import PERIOD_SECONDS
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.predictor.predictor_settings import WordChannelSettings
from clime_core.round import training
from clime_core.round.campaign_round import RoundInputs, RoundResult, RoundSettings, run_round
from clime_core.round.presets import with_dictionary
from clime_core.scheduling import schedule as schedule_module
from clime_core.scheduling.decision import Decision
from clime_core.scheduling.planning import decide
from clime_core.scheduling.policies import POLICIES, Policy
from clime_core.scheduling.policies.fixed import WordsFirst
from clime_core.scheduling.state import ScheduleState
from clime_core.simulation import campaign as campaign_module
from clime_core.simulation.annotator import Habits
from clime_core.simulation.campaign import Simulation, Start, simulate
from clime_core.simulation.condition import (
    ACTIVE,
    BASE,
    BOTH,
    CLIME,
    CONDITIONS,
    Condition,
    Effort,
    policy_conditions,
    split_condition,
)
from clime_core.simulation.controls import CONTROLS
from clime_core.simulation.data_folder import Setting
from clime_core.simulation.recipes import RECIPES
from clime_core.simulation.work import Point

REAL = CONTROLS["none"]
SHORT = Effort(minutes=6, sessions=2)

LASTING = [name for name in POLICIES if name != "review"]
"""Policies for which the small pool has enough to do."""


def timeless(points: Iterable[Point]) -> list[Point]:
    """Without the seconds of computing."""
    return [replace(point, seconds=0.0) for point in points]


@pytest.mark.parametrize("condition", [*CONDITIONS.values(), *policy_conditions(LASTING)], ids=str)
def test_the_same_run_gives_the_same_result(start: Start, condition: Condition) -> None:
    """Points, marks and labels."""
    first, second = (simulate(start, condition, REAL, SHORT, Habits(error_rate=0.1, skip_rate=0.1)) for _ in range(2))
    assert timeless(first.points) == timeless(second.points)
    assert (first.marks, first.labels) == (second.marks, second.labels)


def test_how_many_keywords_are_ranked_makes_no_difference(setting: Setting, quick: RoundSettings) -> None:
    """A first round prepared for longer runs serves short ones alike."""
    few, many = (Start.of(setting, quick, 0, n, None) for n in (20, 80))
    runs = [simulate(start, CLIME, REAL, SHORT, Habits()) for start in (few, many)]
    assert timeless(runs[0].points) == timeless(runs[1].points)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("condition", [ACTIVE, *policy_conditions(LASTING)], ids=str)
def test_the_budget_is_passed_by_at_most_the_task_in_hand(start: Start, condition: Condition, seed: int) -> None:
    """Each session uses its part up, and the longest task is as much as it can take more."""
    habits = Habits()
    own = replace(start, seed=seed)
    points = simulate(own, condition, REAL, Effort(minutes=12, sessions=3), habits).points
    longest = 55 * 2.718 ** (habits.sigma * 4) / 60
    for session, point in enumerate(points[1:], start=1):
        assert 4 * session <= point.minutes < 4 * session + longest
    assert [point.session for point in points] == [0, 1, 2, 3]


def test_fixed_times_pass_it_by_less_than_one_task(start: Start) -> None:
    """Without spread the numbers are known: 6 minutes are 15 keywords of 25 s, or 7 documents of 55 s."""
    fixed = Habits(sigma=0.0)
    words = simulate(start, CLIME, REAL, Effort(minutes=6), fixed).points[-1]
    assert (words.keywords, words.documents) == (15, 0)
    assert words.minutes == pytest.approx(6.25)
    documents = simulate(start, ACTIVE, REAL, Effort(minutes=6), fixed).points[-1]
    assert (documents.keywords, documents.documents, documents.labels) == (0, 7, 7)


def test_both_share_the_time_or_the_tasks(start: Start) -> None:
    """Half the seconds each, within a task; of a count half each."""
    by_time = simulate(start, BOTH, REAL, Effort(minutes=12), Habits(sigma=0.0)).points[-1]
    assert abs(by_time.keywords * 25 - by_time.documents * 55) <= 55
    by_count = simulate(start, BOTH, REAL, Effort(count=20), Habits()).points[-1]
    assert (by_count.keywords, by_count.documents) == (10, 10)


def test_nothing_is_asked_twice(start: Start) -> None:
    """Over sessions, with new rankings in between."""
    run = simulate(start, BOTH, REAL, Effort(count=24, sessions=3), Habits(skip_rate=0.2))
    assert [point.keywords for point in run.points] == [0, 4, 8, 12]
    assert [point.documents for point in run.points] == [0, 4, 8, 12]
    judged = [(mark.keyword, mark.word) for mark in run.marks]
    assert len(set(judged)) == len(judged)


def test_a_session_without_tasks_ends_early_and_says_so(start: Start) -> None:
    """The pool has fifty documents."""
    run = simulate(start, ACTIVE, REAL, Effort(count=80), Habits())
    assert run.points[-1].documents == 50
    assert "session 1 ended early: no task is left" in run.notes


def scrambled(setting: Setting) -> Setting:
    """The same setting with every gold label of pool and test turned round."""
    gold = {document: 1 - label for document, label in setting.gold.items()}
    test = tuple(Document(d.id, d.tokens, 1 - (d.label or 0), d.text) for d in setting.test)
    return replace(setting, gold=gold, test=test, knowledge=replace(setting.knowledge, gold=gold))


def test_no_gold_label_reaches_a_judgement_of_a_word(setting: Setting, quick: RoundSettings, start: Start) -> None:
    """With all labels of pool and test turned round every mark is the same; only the scores are others."""
    changed = Start.of(scrambled(setting), quick, 0, 60, start.shares)
    for control in ("none", "no-human", "dictionary-machine", "random-marks"):
        runs = [simulate(begin, CLIME, CONTROLS[control], SHORT, Habits()) for begin in (start, changed)]
        assert runs[0].marks == runs[1].marks, control
        assert runs[0].points[-1].score.accuracy == pytest.approx(1 - runs[1].points[-1].score.accuracy)


def test_the_machine_never_sees_the_gold(setting: Setting, quick: RoundSettings, start: Start) -> None:
    """Its labels are its predictions: the same whatever the gold says, where the annotator's are the gold."""
    changed = Start.of(scrambled(setting), quick, 0, 60, start.shares)
    machine, person = (
        [simulate(begin, ACTIVE, CONTROLS[name], Effort(count=10), Habits()).labels for begin in (start, changed)]
        for name in ("no-human", "none")
    )
    assert machine[0] == machine[1]
    assert person[0] == {document: 1 - label for document, label in person[1].items()}


def kinds(run: Simulation) -> list[tuple[bool, bool, str]]:
    """Language and kind of every mark, in the order they were made."""
    return [(mark.similar, mark.added, mark.word.language) for mark in run.marks]


def test_random_marks_are_as_many_and_of_the_same_kinds(start: Start) -> None:
    """In one session, where the keywords are the same; minutes too. Hardly a word is."""
    real, control = (
        simulate(start, CLIME, CONTROLS[name], Effort(minutes=8), Habits()) for name in ("none", "random-marks")
    )
    assert kinds(real) == kinds(control)
    assert [mark.keyword for mark in real.marks] == [mark.keyword for mark in control.marks]
    assert real.points[-1].minutes == control.points[-1].minutes
    same = sum(a.word == b.word for a, b in zip(real.marks, control.marks, strict=True))
    assert same < len(real.marks) / 5


def test_the_first_classifier_is_trained_once_for_all(
    start: Start, monkeypatch: pytest.MonkeyPatch, quick: RoundSettings
) -> None:
    """Base trains nothing; a recipe whose refinement is off trains nothing for words either."""
    trained: list[int] = []

    def counting(*args: Any, **options: Any) -> Classifier:
        trained.append(1)
        return train(*args, **options)

    monkeypatch.setattr(training, "train", counting)
    unrefined = replace(quick, refine=replace(quick.refine, solver="off"))
    own = Start.of(start.setting, unrefined, 0, 60, None)
    assert len(trained) == 1
    simulate(own, BASE, REAL, SHORT, Habits())
    simulate(own, CLIME, REAL, SHORT, Habits())
    assert len(trained) == 1
    simulate(own, ACTIVE, REAL, SHORT, Habits())
    assert len(trained) == 3


def test_no_classifier_is_in_two_seeds_runs(
    setting: Setting, quick: RoundSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three classifiers a round: seed 0 has the first three, seed 1 the next, before and after the work."""
    members: list[tuple[int, ...]] = []

    def seen(*args: Any, **options: Any) -> Classifier:
        members.append(tuple(args[4]))
        return train(*args, **options)

    monkeypatch.setattr(training, "train", seen)
    for seed in (0, 1):
        own = Start.of(setting, replace(quick, runs=3), seed, 20, None)
        simulate(own, ACTIVE, REAL, Effort(count=2), Habits())
    assert members == [(0, 1, 2), (0, 1, 2), (3, 4, 5), (3, 4, 5)]


def test_points_count_marks_and_labels(start: Start) -> None:
    """Similar, dissimilar and added marks add up to all marks."""
    run = simulate(start, BOTH, REAL, Effort(count=30), Habits())
    last = run.points[-1]

    def count(marks: Iterable[Mark]) -> int:
        return len(list(marks))

    assert last.similar == count(m for m in run.marks if m.similar and not m.added)
    assert last.similar + last.dissimilar + last.added == len(run.marks)
    assert last.labels == len(run.labels) == 15


def test_all_policies_have_the_same_time(start: Start) -> None:
    """Each session of each ends within a task of 55 s after the same minute."""
    budget = Effort(minutes=12, sessions=4)
    for condition in policy_conditions(LASTING):
        run = simulate(start, condition, REAL, budget, Habits(sigma=0.0))
        assert all(0 <= point.minutes - 3 * n < 55 / 60 for n, point in enumerate(run.points)), condition


def test_time_to_documents_is_document_minutes(start: Start) -> None:
    """All, none, or half within a task; a share is kept within a task too."""
    fixed = Habits(sigma=0.0)
    document_minutes = {}
    for condition in (*policy_conditions(["documents", "words", "share"]), split_condition(0.25)):
        last = simulate(start, condition, REAL, Effort(minutes=12), fixed).points[-1]
        assert last.document_minutes == pytest.approx(last.documents * 55 / 60)
        document_minutes[condition.name] = last.document_minutes
    assert document_minutes["documents"] > 12
    assert document_minutes["words"] == 0
    assert document_minutes["share"] == pytest.approx(6, abs=1)
    assert document_minutes["share-0.25"] == pytest.approx(3, abs=1)


def test_policies_see_what_the_minutes_gained(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that learns sees every gain period of three minutes or more that has ended, with its seconds; others none."""
    seen: list[ScheduleState] = []

    def watching(policy: Policy, state: ScheduleState, seed: int) -> Decision:
        seen.append(state)
        return decide(policy, state, seed)

    monkeypatch.setattr(schedule_module, "decide", watching)
    roi, share = policy_conditions(["roi", "share"])
    points = simulate(start, roi, REAL, Effort(minutes=16, sessions=8), Habits(sigma=0.0)).points
    history = seen[-1].history
    assert 3 <= len(history) <= 4
    assert all(sum(period.seconds.values()) >= PERIOD_SECONDS for period in history)
    ended = [60 * point.minutes for point in points]
    assert any(sum(sum(period.seconds.values()) for period in history) == pytest.approx(end) for end in ended)
    assert all(len(earlier.history) <= len(later.history) for earlier, later in pairwise(seen))
    seen.clear()
    simulate(start, share, REAL, Effort(minutes=16, sessions=8), Habits(sigma=0.0))
    assert seen[-1].history == ()


def test_policies_see_how_salient_the_next_keyword_is(start: Start) -> None:
    """Beside the most salient word of all: words-first stops at its bound."""
    scores = [word.salience / start.result.salient[0].score for word in start.result.keywords]
    bound = scores[4]
    assert scores[3] > bound > scores[5]
    words_first = Condition("w", WordsFirst(words_minutes=1000, least_salience=(bound + scores[5]) / 2))
    point = simulate(start, words_first, REAL, Effort(minutes=12), Habits()).points[-1]
    assert point.keywords == 5
    assert point.documents > 0


def test_a_session_without_time_left_has_no_round(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of 55 s uses up sessions of 20 s: the points between are those before."""
    rounds: list[int] = []

    def counting(*args: Any, **options: Any) -> RoundResult:
        rounds.append(1)
        return run_round(*args, **options)

    monkeypatch.setattr(campaign_module, "run_round", counting)
    points = simulate(start, ACTIVE, REAL, Effort(minutes=4, sessions=12), Habits(sigma=0.0)).points
    assert [point.documents for point in points] == [0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5]
    assert len(rounds) == 5
    assert points[2].score == points[1].score


def test_random_labels_are_random(start: Start) -> None:
    """As many, about the same documents at the first session, but not what the annotator would say."""
    real, control = (
        simulate(start, ACTIVE, CONTROLS[name], Effort(count=40), Habits()).labels for name in ("none", "random-labels")
    )
    assert real.keys() == control.keys()
    assert real == {document: start.setting.gold[document] for document in real}
    right = sum(real[document] == control[document] for document in real)
    assert right < 0.85 * len(real)


def test_a_recipe_with_a_dictionary_has_it_before_anybody_is_asked(setting: Setting, quick: RoundSettings) -> None:
    """The folder's, matched once; other recipes never see it."""
    settings = replace(quick, predictor=replace(quick.predictor, words=WordChannelSettings(weight=0.3)))
    without, having = (Start.of(setting, s, 0, 5, None) for s in (settings, with_dictionary(settings)))
    assert without.inputs.dictionary is None
    assert having.inputs.dictionary is setting.translations
    assert not without.result.predictor.words.associations
    assert having.result.predictor.words.associations
    assert f"dictionary: {setting.translations}" in having.result.notes
    asked = {found.keyword for found in having.result.keywords}
    assert asked.isdisjoint(setting.translations.keywords)
    assert not {found.keyword for found in without.result.keywords}.isdisjoint(setting.translations.keywords)


def test_a_second_stream_takes_its_words_from_the_folders_dictionary(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All translations of each source word; other recipes have none."""
    seen: list[RoundInputs] = []

    def looked_at(inputs: RoundInputs, *_: object, **__: object) -> RoundResult:
        seen.append(inputs)
        raise TrainingError("enough")

    monkeypatch.setattr(campaign_module, "run_round", looked_at)
    for name in ("transformer-robust", "encoder"):
        with pytest.raises(TrainingError, match="enough"):
            Start.of(setting, RECIPES[name], 0, 5, None)
    word, translation = setting.machine.dictionary[0]
    assert translation in seen[0].replacements[word.lower()]
    assert seen[1].replacements == {}
