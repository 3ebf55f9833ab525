"""What a classifier is and how it is trained."""

from dataclasses import dataclass
from typing import Literal, get_args

from clime_core.errors import TrainingError
from clime_core.model.bases.transformer_settings import TransformerSettings

Kind = Literal["cnn", "dan", "lr", "encoder", "transformer"]
ClassWeights = Literal["none", "balanced"]


@dataclass(frozen=True)
class ClassifierSettings:
    """The defaults are the paper's (Yuan et al. 2020, with the CNN of Kim 2014).

    kind: `cnn`, convolution and max over time; `dan`, deep averaging network (Iyyer et al. 2015); `lr`,
    logistic regression over the mean vector; `encoder`, logistic regression over the vectors that documents have of
    their own, each language on its mean if `centred`; `transformer`, a pretrained model fine-tuned as `transformer`
    says, which has settings of its own, so that of those here `class_weights` alone counts. cnn: `widths` in words,
    `filters` of each width. dan: `layers` of
    `hidden` units. lr, encoder: `inverse_regularization` as in scikit-learn. cnn and dan are trained by Adam for
    `epochs` passes in batches of `batch_size` documents, the norm of the gradient clipped at `clip`. Of a
    document at most the first `max_tokens` tokens are read. Raises TrainingError for impossible values.
    """

    kind: Kind = "cnn"
    epochs: int = 30
    batch_size: int = 100
    widths: tuple[int, ...] = (3, 4, 5)
    filters: int = 100
    hidden: int = 300
    layers: int = 3
    learning_rate: float = 1e-3
    clip: float = 5.0
    class_weights: ClassWeights = "none"
    max_tokens: int | None = None
    inverse_regularization: float = 1.0
    centred: bool = True
    transformer: TransformerSettings | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise TrainingError(f"a classifier is one of {', '.join(get_args(Kind))}, got {self.kind!r}")
        if (self.kind == "transformer") != (self.transformer is not None):
            raise TrainingError(
                f"the settings `transformer` go with kind 'transformer' and with no other, got kind {self.kind!r} and "
                f"{self.transformer!r}: give both or none"
            )
        if self.class_weights not in get_args(ClassWeights):
            raise TrainingError(f"class_weights is 'none' or 'balanced', got {self.class_weights!r}")
        if not self.widths or min(self.widths) < 1:
            raise TrainingError(f"widths are one or more numbers of words from 1, got {self.widths!r}")
        positive = "epochs", "batch_size", "filters", "hidden", "layers", "learning_rate", "clip"
        for name in (*positive, "inverse_regularization"):
            if not getattr(self, name) > 0:
                raise TrainingError(f"{name} must be above 0, got {getattr(self, name)!r}")
        if self.max_tokens is not None and self.max_tokens < 1:
            raise TrainingError(f"max_tokens must be at least 1, or None, got {self.max_tokens!r}")
