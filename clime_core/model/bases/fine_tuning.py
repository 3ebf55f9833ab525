"""Fine-tuning one transformer: plain, or with a second stream in which words are replaced (Ding et al. 2022)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from clime_core.errors import TrainingError
from clime_core.model.bases.pretrained import Batch, Model, Subwords, Tokenizer, pretrained_model
from clime_core.model.bases.replacements import Replacements, replace_words
from clime_core.model.bases.transformer_losses import attention_pull, embedding_push
from clime_core.model.bases.transformer_settings import PULL, PUSH, TransformerSettings

CLIP = 1.0
"""The largest norm of a gradient."""

State = dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Texts:
    """Documents to learn from: their words and subwords, labels (n,) int64 and factors of their losses (n,) float64."""

    words: Sequence[Sequence[str]]
    subwords: Sequence[Subwords]
    labels: NDArray[np.int64]
    factors: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tuned:
    """A fine-tuned model on the CPU, its mean training loss in the epoch that was kept, and which epoch that was."""

    model: Model
    loss: float
    epoch: int


@dataclass(frozen=True, eq=False)
class Work:
    """Where a model is fine-tuned, and how many documents go through it at once: gradients of a batch are added up."""

    device: torch.device
    at_once: int


def held_out(labels: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """Which documents (n,) choose the epoch: `share` of each category, rounded, drawn by the seed."""
    rng, chosen = np.random.default_rng(seed), np.zeros(len(labels), dtype=np.bool_)
    for category in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == category))
        chosen[rows[: round(share * len(rows))]] = True
    return chosen


def fine_tune(
    texts: Texts,
    n_categories: int,
    settings: TransformerSettings,
    tokenizer: Tokenizer,
    seed: int,
    replacements: Replacements,
    work: Work,
    epoch_done: Callable[[], None],
) -> Tuned:
    """One member. Head, dropout, order, held-out documents and replacements come from the seed.

    Of the epochs the one with the best accuracy on the held-out documents is kept (the lower loss, then the earlier
    epoch decide between equals); without such documents, the last.
    """
    gpus = [work.device] if work.device.type == "cuda" else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed)
        model = pretrained_model(settings.model, n_categories, with_attention=PULL in settings.terms)
        _check_layer(model, settings)
        model.to(work.device)
        return _Tuning(texts, settings, tokenizer, seed, replacements, work, model).run(epoch_done)


def _check_layer(model: Model, settings: TransformerSettings) -> None:
    layers = model.config.num_hidden_layers
    if PULL in settings.terms and settings.attention_layer > layers:
        raise TrainingError(
            f"attention_layer is {settings.attention_layer}, but the model has {layers} layers: name one"
        )


@dataclass(eq=False)
class _Tuning:
    texts: Texts
    settings: TransformerSettings
    tokenizer: Tokenizer
    seed: int
    replacements: Replacements
    work: Work
    model: Model

    def run(self, epoch_done: Callable[[], None]) -> Tuned:
        dev = held_out(self.texts.labels, self.settings.dev_share, self.seed)
        learnt, dev_rows = np.flatnonzero(~dev), np.flatnonzero(dev)
        optimizer, schedule = self._optimizer(len(learnt))
        rng = np.random.default_rng(self.seed)
        best, kept, kept_loss, kept_epoch = (-1.0, 0.0), None, 0.0, 0
        for epoch in range(1, self.settings.epochs + 1):
            loss = self._epoch(learnt, optimizer, schedule, rng)
            quality = self._quality(dev_rows) if len(dev_rows) else (float(epoch), 0.0)
            if quality > best:
                best, kept_loss, kept_epoch = quality, loss, epoch
                kept = _copy(self.model) if len(dev_rows) and epoch < self.settings.epochs else None
            epoch_done()
        if kept is not None:
            self.model.load_state_dict(kept)
        return Tuned(self.model.cpu().eval().requires_grad_(False), kept_loss, kept_epoch)

    def _optimizer(self, n: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
        """AdamW, without decay of biases and norms, and its rate: up to the warm-up's end, then down to 0."""
        parameters, settings = list(self.model.parameters()), self.settings
        groups = [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": settings.weight_decay},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        steps = settings.epochs * -(-n // settings.batch_size)
        up = round(settings.warmup * steps)

        def factor(step: int) -> float:
            return (step + 1) / (up + 1) if step < up else (steps - step) / max(1, steps - up)

        optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate)
        return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)

    def _epoch(
        self,
        rows: NDArray[np.int64],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        rng: np.random.Generator,
    ) -> float:
        """One pass in random order. Returns the mean loss of a document, all terms together."""
        self.model.train()
        order, others, total = rng.permutation(rows), self._other_stream(rng), 0.0
        for first in range(0, len(order), self.settings.batch_size):
            batch = order[first : first + self.settings.batch_size]
            optimizer.zero_grad()
            for start in range(0, len(batch), self.work.at_once):
                part = batch[start : start + self.work.at_once]
                loss = self._loss(part, others) * (len(part) / len(batch))
                loss.backward()  # type: ignore[no-untyped-call]  # torch has no types here
                total += loss.item() * len(batch)
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
            optimizer.step()
            schedule.step()
        return total / len(order)

    def _other_stream(self, rng: np.random.Generator) -> Sequence[Subwords]:
        """All documents with words replaced; empty where the variant has one stream."""
        if not self.settings.terms:
            return ()
        share = self.settings.replaced
        return self.tokenizer.cut([replace_words(w, self.replacements, share, rng) for w in self.texts.words])

    def _loss(self, rows: NDArray[np.int64], others: Sequence[Subwords]) -> Tensor:
        """The mean of the documents' losses, with the variant's terms."""
        batch, output = self._read(self.texts.subwords, rows)
        loss = self._cross_entropy(output, rows)
        if not others:
            return loss
        other_batch, other = self._read(others, rows)
        loss = loss + self._cross_entropy(other, rows)
        if PUSH in self.settings.terms:
            first, second = output.hidden_states[0].float(), other.hidden_states[0].float()
            loss = loss + self.settings.push_weight * embedding_push(first, batch.mask, second, other_batch.mask)
        if PULL in self.settings.terms:
            layer = self.settings.attention_layer - 1
            first, second = output.attentions[layer], other.attentions[layer]
            loss = loss + self.settings.pull_weight * attention_pull(first, batch.words, second, other_batch.words)
        return loss

    def _read(self, subwords: Sequence[Subwords], rows: NDArray[np.int64]) -> tuple[Batch, Any]:
        batch = self.tokenizer.batch([subwords[row] for row in rows]).to(self.work.device)
        with half_precision(self.work.device):
            return batch, self.model(
                input_ids=batch.ids,
                attention_mask=batch.mask,
                output_hidden_states=PUSH in self.settings.terms,
                output_attentions=PULL in self.settings.terms,
            )

    def _cross_entropy(self, output: Any, rows: NDArray[np.int64]) -> Tensor:
        labels = torch.from_numpy(self.texts.labels[rows]).to(self.work.device)
        factors = torch.from_numpy(self.texts.factors[rows]).float().to(self.work.device)
        losses = functional.cross_entropy(output.logits.float(), labels, reduction="none")
        return losses @ factors / len(rows)

    @torch.inference_mode()
    def _quality(self, rows: NDArray[np.int64]) -> tuple[float, float]:
        """Accuracy and negative loss on the held-out documents."""
        self.model.eval()
        right, loss = 0.0, 0.0
        for start in range(0, len(rows), self.work.at_once):
            part = rows[start : start + self.work.at_once]
            _, output = self._read(self.texts.subwords, part)
            labels = torch.from_numpy(self.texts.labels[part]).to(self.work.device)
            right += float((output.logits.argmax(1) == labels).sum())
            loss += float(functional.cross_entropy(output.logits.float(), labels, reduction="sum"))
        return right / len(rows), -loss


def half_precision(device: torch.device) -> torch.autocast:
    """Bfloat16 on a GPU that has it; a GPU without it, and the CPU, compute in single precision."""
    has_it = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=has_it)


def _copy(model: Model) -> State:
    return {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}
