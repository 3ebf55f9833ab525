"""Fair controls: what a team could do with the same minutes."""

from dataclasses import replace

import pytest

from clime_core.round.campaign_round import RoundSettings
from clime_core.round.presets import ENCODER, GIVEN
from clime_core.simulation.annotator import Habits
from clime_core.simulation.base_kinds import BARE
from clime_core.simulation.campaign import Start, simulate
from clime_core.simulation.condition import ACTIVE, BASE, CONDITIONS, Effort
from clime_core.simulation.controls import CONTROLS, parse_controls
from clime_core.simulation.data_folder import SettingFiles
from clime_core.simulation.experiment import Experiment
from clime_core.simulation.recipes import CLIME

FAIR = parse_controls("fair")


def test_each_is_run_once_in_the_place_of_one_condition(experiment: Experiment) -> None:
    """Whatever conditions there are; the bare recipe is its base alone already."""
    recipes = {"bare": experiment.recipes["quick"], "clime": CLIME}
    alone = replace(experiment, recipes=recipes, conditions=(BASE,), controls=FAIR, keyword_counts=())
    keys = [key for key in alone.keys(alone.settings[0], 0) if key.control != "none"]
    assert [(key.condition, key.control) for key in keys if key.recipe == "clime"] == [
        (ACTIVE, "dictionary-first"), (BASE, "base-alone"), (BASE, "plain-base"), (ACTIVE, "labels-alone"),
        (ACTIVE, "labels-alone-random"),
    ]  # fmt: skip
    assert "base-alone" not in {key.control for key in keys if key.recipe == "bare"}


def test_the_dictionary_marks_keywords_in_no_time_and_all_minutes_are_documents(start: Start) -> None:
    """The marks are the machine's, the labels the person's."""
    control = CONTROLS["dictionary-first"]
    ready = replace(start, result=replace(start.result, keywords=start.result.keywords[:20]))
    run = simulate(ready, ACTIVE, control, Effort(minutes=6), Habits(sigma=0.0))
    before, after = run.points
    assert (before.minutes, before.keywords, before.documents) == (0.0, 20, 0)
    assert before.similar + before.added > 0
    assert (after.keywords, after.documents, after.labels) == (20, 7, 7)
    assert (after.similar, after.added) == (before.similar, before.added)
    translations = start.setting.machine.translations
    for mark in run.marks:
        assert start.setting.machine.same_meaning(mark.keyword, mark.word)
        assert not mark.added or mark.word == translations(mark.keyword)[0]
    assert before.score != start.point.score, "the round before the first minute has learnt from them"


@pytest.mark.parametrize(("recipe", "kind"), [(CLIME, "lr"), (ENCODER, "encoder")])
def test_labels_alone_are_a_regression_over_what_the_base_reads(recipe: RoundSettings, kind: str) -> None:
    """It learns from labels, and has no other part; random documents are the only difference of the second one."""
    found = CONTROLS["labels-alone"].first_round(recipe)
    assert (found.classifier.kind, found.predictor, found.target_weight) == (kind, BARE, 1.0)
    assert (found.selection, found.refine.solver, found.classifier.centred and kind == "encoder") == (
        "entropy", "off", False,
    )  # fmt: skip
    assert CONTROLS["labels-alone-random"].first_round(recipe) == replace(found, selection="random")
    assert CONTROLS["plain-base"].first_round(recipe) == found


def test_the_base_alone_is_the_recipes_own_base() -> None:
    """With its classifier, and without what is added to it."""
    assert CONTROLS["base-alone"].first_round(CLIME) == replace(CLIME, predictor=BARE)


def test_without_words_there_is_no_dictionary_first(files: SettingFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others need none."""
    assert all(CONTROLS[name].fits(CLIME, files) for name in FAIR)
    monkeypatch.setattr(SettingFiles, "vectors", {})
    assert [name for name in FAIR if not CONTROLS[name].fits(ENCODER, replace(files))] == ["dictionary-first"]


def test_over_given_predictions_only_the_base_alone_is_fair(files: SettingFiles) -> None:
    """There is nothing that a team would train on them; with words there is a dictionary."""
    assert [name for name in FAIR if CONTROLS[name].fits(GIVEN, files)] == ["dictionary-first", "base-alone"]


def test_real_conditions_are_no_place_for_answers_that_change() -> None:
    """A fair control replaces no answer."""
    assert all(CONTROLS[name].stands_for in CONDITIONS.values() for name in FAIR)
    assert not any(CONTROLS[name].machine_labels for name in FAIR)
