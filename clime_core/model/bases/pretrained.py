"""A pretrained transformer and its tokenizer, by the package transformers, which is imported only here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clime_core.errors import TrainingError

INSTALL = "pip install 'clime-backend[transformer]'"

Model = Any
"""A `PreTrainedModel` for sequence classification: transformers is not there to be named where it is not installed."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Documents as subwords, padded: ids and mask (n, length) int64, and the word of each subword, -1 for none."""

    ids: Tensor
    mask: Tensor
    words: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        return Batch(self.ids.to(device), self.mask.to(device), self.words.to(device))


@dataclass(frozen=True, eq=False)
class Subwords:
    """A document's subwords with the marks at its ends, and the word of each, -1 for a mark.

    known: how many of the subwords are neither marks nor unknown to the model; unknown: how many are the latter.
    """

    ids: tuple[int, ...]
    words: tuple[int, ...]
    known: int
    unknown: int


@dataclass(frozen=True, eq=False)
class Tokenizer:
    """Cuts documents, given as words between white space, into subwords."""

    inner: Any
    max_length: int

    @classmethod
    def of(cls, source: str | Path, max_length: int) -> "Tokenizer":
        """The one of a model's folder or name. Raises TrainingError where there is none that aligns with words."""
        inner = _loaded("AutoTokenizer", source, use_fast=True)
        if not inner.is_fast:
            raise TrainingError(
                f"model {source}: its tokenizer does not tell words apart: choose one with tokenizer.json"
            )
        return cls(inner, max_length)

    def cut(self, texts: Sequence[Sequence[str]]) -> list[Subwords]:
        """The subwords of each text, at most `max_length`."""
        filled = [list(words) or [""] for words in texts]
        if not filled:
            return []
        encoded = self.inner(filled, is_split_into_words=True, truncation=True, max_length=self.max_length)
        marks, unknown = set(self.inner.all_special_ids), self.inner.unk_token_id
        cut = []
        for row, ids in enumerate(encoded["input_ids"]):
            words = tuple(-1 if word is None else word for word in encoded.word_ids(row))
            n_known = sum(i not in marks for i in ids)
            cut.append(Subwords(tuple(ids), words, n_known, ids.count(unknown)))
        return cut

    def batch(self, texts: Sequence[Subwords]) -> Batch:
        """Padded at the end to the longest of them."""
        length = max(len(text.ids) for text in texts)
        ids = np.full((len(texts), length), self.inner.pad_token_id or 0, dtype=np.int64)
        words, mask = np.full_like(ids, -1), np.zeros_like(ids)
        for row, text in enumerate(texts):
            n = len(text.ids)
            ids[row, :n], words[row, :n], mask[row, :n] = text.ids, text.words, 1
        return Batch(torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(words))

    def save(self, folder: Path) -> None:
        """Write its files, of which `of` makes the same one."""
        self.inner.save_pretrained(folder)


def pretrained_model(source: str, n_categories: int, *, with_attention: bool) -> Model:
    """The pretrained model with a new head for so many categories, whose weights come from torch's generator.

    `with_attention`: it can say where it attends to, which takes more memory. Raises TrainingError where there is none.
    """
    more = {"attn_implementation": "eager"} if with_attention else {}
    return _loaded(
        "AutoModelForSequenceClassification", source, num_labels=n_categories, ignore_mismatched_sizes=True,
        dtype=torch.float32, **more,
    )  # fmt: skip


def model_of(config: Mapping[str, Any]) -> Model:
    """A model without weights of its own yet, as `config` (that of a saved one) describes it."""
    transformers = transformers_package()
    described = transformers.AutoConfig.for_model(**config)
    with torch.random.fork_rng(devices=[]):
        return transformers.AutoModelForSequenceClassification.from_config(described).float().eval()


@torch.inference_mode()
def probabilities(model: Model, batch: Batch) -> NDArray[np.float64]:
    """(n, n_categories), on the device where the model is."""
    batch = batch.to(model.device)
    scores: Tensor = model(input_ids=batch.ids, attention_mask=batch.mask).logits
    return scores.double().softmax(-1).cpu().numpy()


def transformers_package() -> Any:
    """Transformers, without its progress bars. Raises TrainingError, naming the extra, where it is not installed."""
    try:
        transformers: Any = import_module("transformers")  # its functions are partly typed
    except ImportError as problem:
        raise TrainingError(
            f"a base of kind 'transformer' needs the package transformers ({problem}): {INSTALL}"
        ) from problem
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


def _loaded(loader: str, source: str | Path, **options: Any) -> Any:
    try:
        return getattr(transformers_package(), loader).from_pretrained(source, **options)
    except (OSError, ValueError, KeyError) as problem:
        reason = str(problem).strip().partition("\n")[0]
        raise TrainingError(
            f"model {source}: transformers cannot load it ({reason}): give the folder of a model with config.json, "
            "weights and tokenizer, or a name that it knows"
        ) from problem
