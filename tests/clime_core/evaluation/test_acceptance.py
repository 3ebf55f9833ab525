"""How often reviewers leave a wrong prediction, and what a text that was left is worth."""

import numpy as np
import pytest

from clime_core.data.reviews import ReviewedText
from clime_core.evaluation.acceptance import MAX_DOUBT, PRIOR_OMISSION, Acceptance


def reviewed(n: int, precision: float, omission: float) -> tuple[list[ReviewedText[int]], dict[int, int]]:
    """Texts predicted as 0, of which so many are; reviewers leave so many of the wrong ones. And what is true."""
    rng = np.random.default_rng(0)
    texts, truth = [], {}
    for document in range(n):
        truth[document] = 0 if rng.random() < precision else 1
        is_left = truth[document] == 0 or rng.random() < omission
        label = 0 if is_left else truth[document]
        texts.append(ReviewedText("ada", document, 0, label, "left" if is_left else "changed"))
    return texts, truth


def test_before_anything_is_known_the_prior_speaks() -> None:
    """A tenth of the wrong ones, and little doubt."""
    found = Acceptance()
    assert found.omission_rate == pytest.approx(PRIOR_OMISSION)
    assert 0 < found.doubt < 0.05
    assert found.interval[0] < PRIOR_OMISSION < found.interval[1]


@pytest.mark.parametrize(("precision", "omission"), [(0.9, 0.05), (0.7, 0.3), (0.5, 0.1), (0.6, 0.5)])
def test_the_rates_that_made_the_answers_are_found_again(precision: float, omission: float) -> None:
    """With many blind answers: the omission rate, and the share of the texts left that are wrong."""
    texts, truth = reviewed(20_000, precision, omission)
    found = Acceptance.of(texts, truth)
    left = [text for text in texts if text.how == "left"]
    assert found.omission_rate == pytest.approx(omission, abs=0.03)
    assert found.interval[0] < omission < found.interval[1]
    assert found.doubt == pytest.approx(np.mean([truth[text.document] != 0 for text in left]), abs=0.02)


def test_few_blind_answers_move_little() -> None:
    """Two omissions of two do not make a careless annotator."""
    texts = [ReviewedText("ada", document, 0, 0, "left") for document in range(40)]
    assert Acceptance.of(texts, {0: 1, 1: 1}).omission_rate < 0.25
    assert Acceptance.of(texts, {0: 0, 1: 0}).omission_rate == pytest.approx(PRIOR_OMISSION)


def test_what_cannot_be_told_counts_for_nothing() -> None:
    """Neither do texts whose category was renamed."""
    texts = [ReviewedText("ada", 1, 0, None, "unsure"), ReviewedText("ada", 2, None, 1, "changed")]
    assert Acceptance.of(texts, {1: 1, 2: 0}) == Acceptance()


def test_a_text_left_is_never_likelier_wrong_than_right() -> None:
    """However many were changed."""
    assert Acceptance(left=1, changed=10_000, wrong_blind=500, omitted_blind=499).doubt == MAX_DOUBT
