"""Review screens in a simulated campaign."""

import numpy as np
import pytest

from clime_core.data.documents import DocumentId
from clime_core.scheduling.policies import Share
from clime_core.simulation.annotator import CUT_SECONDS, WHOLE_SECONDS, Habits, SimulatedAnnotator
from clime_core.simulation.annotator_knowledge import Knowledge
from clime_core.simulation.condition import DOCUMENTS_AND_REVIEW, REVIEW, Condition, Effort

GOLD: dict[DocumentId, int] = {document: document % 3 for document in range(3_000)}
SCREEN: dict[DocumentId, bool] = dict.fromkeys(range(3_000), False)
"""A large one, all of it whole sentences, a third of which is of each category."""


def annotator(**habits: float) -> SimulatedAnnotator:
    """Who knows nothing but the answers; `habits` as they are given, without errors of any kind else."""
    return SimulatedAnnotator(Knowledge([], {}, GOLD), 3, Habits(**{"omission_rate": 0.0, **habits}))  # type: ignore[arg-type]  # numbers


def test_a_careful_annotator_corrects_what_is_wrong() -> None:
    """And leaves what is right."""
    answer = annotator().review(SCREEN, 1)
    assert answer.labels == GOLD
    assert answer.left == {document for document, label in GOLD.items() if label == 1}


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_some_wrong_predictions_are_left(rate: float) -> None:
    """As many of the wrong ones as the habit says, and none of the others."""
    answer = annotator(omission_rate=rate).review(SCREEN, 0)
    wrong = [document for document, label in GOLD.items() if label != 0]
    left = [document for document in wrong if document in answer.left]
    assert len(left) / len(wrong) == pytest.approx(rate, abs=0.02)
    assert all(answer.labels[document] == 0 for document in left)


def test_mistakes_replace_an_answer() -> None:
    """By another category, also where the prediction was right."""
    answer = annotator(error_rate=0.2).review(SCREEN, 0)
    assert np.mean([answer.labels[d] != GOLD[d] for d in GOLD]) == pytest.approx(0.2, abs=0.02)


def test_only_a_cut_text_cannot_be_told() -> None:
    """As often as the habit says."""
    cut = annotator(unsure_rate=0.2).review(dict.fromkeys(SCREEN, True), 0)
    assert sum(label is None for label in cut.labels.values()) == pytest.approx(600, abs=60)
    assert None not in annotator(unsure_rate=0.2).review(SCREEN, 0).labels.values()


def test_a_screen_takes_the_time_of_its_texts() -> None:
    """Cut ones longer, unless the habit names one time for both."""
    fixed = {"sigma": 0.0}
    mixed: dict[DocumentId, bool] = {document: document % 2 == 0 for document in range(8)}
    assert annotator(**fixed).review(mixed, 0).seconds == pytest.approx(4 * WHOLE_SECONDS + 4 * CUT_SECONDS)
    assert annotator(**fixed, review_seconds=5.0).review(mixed, 0).seconds == pytest.approx(40)


def test_a_skipped_screen_has_no_answer() -> None:
    """But took its time."""
    answer = annotator(skip_rate=1.0).review(SCREEN, 0)
    assert (answer.labels, answer.left, answer.skipped) == ({}, frozenset(), True)
    assert answer.seconds > 0


def test_enough_screens_are_put_together() -> None:
    """For the policy's part of the time, at more than the usual speed."""
    effort = Effort(50.0, sessions=5)
    assert effort.screens(REVIEW, 8) >= 600 / (8 * WHOLE_SECONDS)
    assert effort.screens(DOCUMENTS_AND_REVIEW, 8) < effort.screens(REVIEW, 8)
    assert effort.screens(Condition("half", Share()), 8) == 0
    assert Effort(count=7).screens(REVIEW, 8) == 7
