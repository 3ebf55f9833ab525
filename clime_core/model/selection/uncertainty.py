"""How unsure a classifier is of a document: the classical measures, all from 0 (sure) to 1 (most unsure)."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clime_core.errors import TrainingError

Uncertainty = Literal["entropy", "margin", "least-confidence"]


def uncertainty(probabilities: ArrayLike, measure: Uncertainty = "entropy") -> NDArray[np.float64]:
    """Of probabilities (n, n_categories), rows summing to 1, the uncertainty of each row, (n,) float64.

    entropy: -sum p log p / log n_categories. margin: 1 - (largest - second largest). least-confidence:
    (1 - largest) * n_categories / (n_categories - 1). With one category nothing is uncertain: 0. Raises
    TrainingError for an unknown measure. (Settles 2009, section 3.1; here scaled to [0, 1].)
    """
    if measure not in get_args(Uncertainty):
        raise TrainingError(f"uncertainty is one of {', '.join(get_args(Uncertainty))}, got {measure!r}")
    rows = np.asarray(probabilities, dtype=np.float64)
    n_categories = rows.shape[1]
    if n_categories < 2:
        return np.zeros(len(rows))
    ranked = -np.sort(-rows, axis=1)
    if measure == "entropy":
        logs = np.log(rows, out=np.zeros_like(rows), where=rows > 0)
        values = -(rows * logs).sum(axis=1) / np.log(n_categories)
    elif measure == "margin":
        values = 1 - (ranked[:, 0] - ranked[:, 1])
    else:
        values = (1 - ranked[:, 0]) * n_categories / (n_categories - 1)
    return np.asarray(np.clip(values, 0.0, 1.0), dtype=np.float64)
