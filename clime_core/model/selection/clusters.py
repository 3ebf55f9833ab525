"""Diversity: the most uncertain document of every part of the pool."""

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.ranking import Ranking
from clime_core.model.selection.turns import in_turns
from clime_core.model.selection.uncertainty import uncertainty

MAX_CLUSTERS = 50
"""Clusters at most: about as many documents as are asked in an hour."""

MAX_STEPS = 50
"""Steps of k-means at most; later ones move few documents."""


def clusters(candidates: Candidates, /) -> Ranking:
    """Of the cluster that was asked least, the document of the largest entropy; then again.

    Clusters are k-means over the vectors of all the pool, sqrt(n / 2) of them (Mardia et al. 1979, p. 365) up to 50.
    They depend on seed and vectors alone, so that they stay the same while a campaign goes on, and its questions count
    (cf. Zhdanov 2019, whose clusters are new in each batch).
    """
    if not candidates.open.any():
        return Ranking.in_places(np.zeros(0, dtype=np.int64))
    group = _grouped(candidates.read_vectors(), candidates.generator)
    had = np.bincount(group[candidates.asked], minlength=MAX_CLUSTERS)
    return in_turns(candidates, group, uncertainty(candidates.probabilities), had)


def _grouped(vectors: NDArray[np.floating], generator: np.random.Generator) -> NDArray[np.intp]:
    """The cluster of each document, (n,); on one thread, whose sums do not depend on the machine."""
    n_clusters = min(max(round(np.sqrt(len(vectors) / 2)), 1), MAX_CLUSTERS)
    distinct = len(np.unique(vectors, axis=0))
    seed = int(generator.integers(2**31))
    means = KMeans(min(n_clusters, distinct), n_init=1, max_iter=MAX_STEPS, random_state=seed)
    with threadpool_limits(1):
        return np.asarray(means.fit_predict(vectors), dtype=np.intp)
