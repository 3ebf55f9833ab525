"""The most uncertain documents, the categories in turn."""

import numpy as np

from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.ranking import Ranking
from clime_core.model.selection.turns import in_turns
from clime_core.model.selection.uncertainty import uncertainty


def class_balanced(candidates: Candidates, /) -> Ranking:
    """Of the predicted category that has fewest labels, the document of the largest entropy; then again.

    Labels so far count as annotators gave them; a document that is asked counts for the category that it is predicted
    to have, so that a ranking is balanced before its answers are known.
    """
    labelled = np.fromiter(candidates.labels.values(), dtype=np.int64, count=len(candidates.labels))
    had = np.bincount(labelled, minlength=candidates.n_categories)
    predicted = candidates.probabilities.argmax(axis=1)
    return in_turns(candidates, predicted, uncertainty(candidates.probabilities), had)
