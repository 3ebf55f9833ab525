"""The forms of salience, by name."""

from typing import Literal

SalienceForm = Literal["sum-of-norms", "norm-of-sum"]
"""What `rank_salient` sums over the occurrences of a word: gradients, or their lengths."""

CountedForm = Literal["log-likelihood", "log-odds"]
"""How `rank_associated` scores a word by the labelled documents that hold it."""
