"""Documents as they come: the control of every other way to choose."""

from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.ranking import Ranking


def random_documents(candidates: Candidates, /) -> Ranking:
    """By a number in [0, 1) that is drawn for each place in the pool; the same in every round of a seed."""
    return Ranking.by_worth(candidates.generator.random(len(candidates.open)), candidates)
