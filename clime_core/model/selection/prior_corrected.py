"""The most uncertain documents once the predictions have the pool's own shares."""

import numpy as np

from clime_core.model.predictor.label_shift import match_shares, shift
from clime_core.model.selection.candidates import Candidates, Doubles
from clime_core.model.selection.ranking import Ranking
from clime_core.model.selection.uncertainty import uncertainty


def prior_corrected(candidates: Candidates, /) -> Ranking:
    """By the entropy of predictions that are shifted to `pool_shares`, whatever they were shifted to before.

    The decision is where as many documents lie above it as the pool has, and that is where to ask. Smoothed shares lie
    between those of the pool and equal ones, and so does their threshold; this one has no smoothing and counts labels.
    Shares that the campaign gives are matched by the predictions already: then the order is that of plain entropy.

    Two other corrections are wrong here. Equal shares ask at the median of a skewed pool, where one category is all but
    certain. Dividing by the training's shares, and their estimate by expectation maximisation (Saerens et al. 2002),
    take probabilities at their word; over poorly aligned vectors the estimate falls to hardly any of the rarer
    category. A quantile needs the order alone.
    """
    before, shares = candidates.before_shift, candidates.pool_shares
    return Ranking.by_worth(uncertainty(shift(before, _bias(before, shares))), candidates)


def _bias(before: Doubles, shares: Doubles) -> Doubles:
    """What to add to the log-probabilities, (k,); a category that the pool has none of is left alone."""
    there = shares > 0
    bias = np.zeros(len(shares))
    bias[there] = match_shares(before[:, there], shares[there])
    return bias
