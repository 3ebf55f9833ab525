"""Where the networks of the classifier disagree."""

import numpy as np

from clime_core.errors import TrainingError
from clime_core.model.selection.candidates import Candidates, Doubles
from clime_core.model.selection.ranking import Ranking
from clime_core.model.selection.uncertainty import uncertainty

MIN_NETWORKS = 2


def ensemble(candidates: Candidates, /) -> Ranking:
    """By the mutual information between a document's category and the network that predicts it (BALD).

    Entropy of the mean prediction less the mean entropy of the predictions (Houlsby et al. 2011, eq. 2), over its
    largest possible value, the logarithm of the smaller of categories and networks. A document that every network finds
    equally uncertain has 0. Raises TrainingError where there are fewer than two networks.
    """
    members = candidates.read_members()
    if members is None or len(members) < MIN_NETWORKS:
        raise TrainingError(
            f"selection by ensemble compares networks, got {0 if members is None else len(members)}: "
            "set runs to 2 or more, or choose another selection"
        )
    return Ranking.by_worth(disagreement(members), candidates)


def disagreement(members: Doubles) -> Doubles:
    """Of predictions (m, n, k), the mutual information of each document, (n,) in [0, 1]."""
    n_members, _, k = members.shape
    if k < 2:
        return np.zeros(members.shape[1])
    gained = uncertainty(members.mean(axis=0)) - np.mean([uncertainty(member) for member in members], axis=0)
    return np.asarray(np.clip(gained * np.log(k) / np.log(min(n_members, k)), 0.0, 1.0), dtype=np.float64)
