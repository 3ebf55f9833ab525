"""The forms of gradient salience, by name."""

from typing import Literal

SalienceForm = Literal["sum-of-norms", "norm-of-sum"]
"""What `rank_salient` sums over the occurrences of a word: gradients, or their lengths."""
