"""How a pretrained transformer is fine-tuned. Imports neither torch nor transformers: settings only name them."""

from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

from clime_core.errors import TrainingError

Variant = Literal["plain", "robust", "embedding-push", "attention-pull", "all"]

ROBUST, PUSH, PULL = "robust targets", "embedding push", "attention pull"
TERMS: dict[Variant, frozenset[str]] = {
    "plain": frozenset(),
    "robust": frozenset({ROBUST}),
    "embedding-push": frozenset({ROBUST, PUSH}),
    "attention-pull": frozenset({ROBUST, PULL}),
    "all": frozenset({ROBUST, PUSH, PULL}),
}
"""The terms that a variant adds to the cross-entropy of the documents as they are."""


@dataclass(frozen=True)
class TransformerSettings:
    """The defaults are plain fine-tuning as Yuan et al. 2020 do it (section 4.5).

    model: a folder, or a name that transformers knows. AdamW with `learning_rate` and `weight_decay`, `epochs` passes
    in batches of `batch_size` documents; the rate rises for the first `warmup` of the steps and then falls to 0, both
    linearly. Of a document at most `max_length` subwords are read, with the marks at its ends. dev_share: of the
    training documents, held out to choose the epoch; 0 keeps the last one.

    variant: `plain`, or with terms of Ding et al. 2022 over a second stream, in which words are replaced: `robust`, the
    cross-entropy of both streams; `embedding-push` and `attention-pull`, that and one term more, weighed by
    `push_weight` and `pull_weight`; `all`, the whole method. attention_layer: whose attention is pulled, from 1.
    replaced: the share of the words that have a replacement which is replaced, drawn anew in every epoch.

    Raises TrainingError for values out of range.
    """

    model: str
    epochs: int = 3
    batch_size: int = 16
    learning_rate: float = 2e-5
    weight_decay: float = 0.01
    warmup: float = 0.1
    max_length: int = 128
    dev_share: float = 0.1
    variant: Variant = "plain"
    push_weight: float = 0.1
    pull_weight: float = 1.0
    attention_layer: int = 5
    replaced: float = 0.5

    def __post_init__(self) -> None:
        if not self.model:
            raise TrainingError("model must be a folder or a name of transformers, got an empty text")
        if self.variant not in get_args(Variant):
            raise TrainingError(f"variant is one of {', '.join(get_args(Variant))}, got {self.variant!r}")
        limits: dict[str, tuple[str, float, float]] = {
            **dict.fromkeys(("epochs", "batch_size", "attention_layer"), ("1 or more", 1, inf)),
            **dict.fromkeys(("learning_rate", "weight_decay", "push_weight", "pull_weight"), ("0 or more", 0, inf)),
            **dict.fromkeys(("warmup", "replaced"), ("a share from 0 to 1", 0, 1)),
            "dev_share": ("a share from 0 to 0.5, as most documents must teach", 0, 0.5),
            "max_length": ("3 or more, two marks and a subword", 3, inf),
        }
        for name, (allowed, least, most) in limits.items():
            if not least <= getattr(self, name) <= most:
                raise TrainingError(f"{name} must be {allowed}, got {getattr(self, name)!r}")

    @property
    def terms(self) -> frozenset[str]:
        """The terms that the variant adds."""
        return TERMS[self.variant]
