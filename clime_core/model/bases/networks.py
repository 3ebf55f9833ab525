"""The networks behind a classifier: from the vectors of a batch to a score for each category.

Every network also says where the gradient of its loss lands among the tokens, which is what salience needs.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.encoding import Batch
from clime_core.model.bases.pooled_convolution import pool_windows, pooled_convolution, winning_columns


@dataclass(frozen=True, eq=False)
class TokenGradients:
    """Gradients with respect to tokens' vectors, as sums of scaled rows of a table.

    The gradient of token t, an index into the flattened `tokens` of a batch, is the sum of
    factors[i] * table[rows[i]] over the i with tokens[i] == t. tokens, rows (n,) int64; factors (n,);
    table (m, dim). A token that is not named has gradient zero.
    """

    tokens: Tensor
    rows: Tensor
    factors: Tensor
    table: Tensor


class Network(nn.Module, ABC):
    """Scores (logits) of the categories from a batch of documents."""

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """Scores, (n, n_categories)."""

    @abstractmethod
    def token_gradients(self, batch: Batch, labels: Tensor, weights: Tensor) -> TokenGradients:
        """Where the gradient of weights * cross-entropy lands, for labels (n,) int64 and weights (n,)."""


class ConvolutionalNetwork(Network):
    """Convolution, ReLU, max over time, linear (Kim 2014), without dropout, over frozen vectors."""

    def __init__(self, settings: ClassifierSettings, dim: int, n_categories: int, generator: torch.Generator) -> None:
        super().__init__()
        self.widths = settings.widths
        slices = [_uniform((width, settings.filters, dim), width * dim, generator) for width in settings.widths]
        biases = [_uniform((settings.filters,), width * dim, generator) for width in settings.widths]
        self.weight = nn.Parameter(torch.cat(slices))
        self.bias = nn.Parameter(torch.cat(biases))
        self.output = _linear(len(self.bias), n_categories, generator)

    def forward(self, batch: Batch) -> Tensor:
        """Scores, (n, n_categories)."""
        pooled = pooled_convolution(batch.vectors, batch.tokens, batch.lengths, self.weight, self.bias, self.widths)
        scores: Tensor = self.output(pooled.relu())
        return scores

    @torch.no_grad()
    def token_gradients(self, batch: Batch, labels: Tensor, weights: Tensor) -> TokenGradients:
        """Only the words of windows that won a maximum, and that ReLU let through, are touched."""
        pooled, columns = pool_windows(batch.vectors, batch.tokens, batch.lengths, self.weight, self.bias, self.widths)
        by_score = _by_score(self.output(pooled.relu()), labels, weights)
        by_filter = (by_score @ self.output.weight) * (pooled > 0)
        won = winning_columns(columns, self.widths)
        n_slices, filters, n = won.shape
        by_width = by_filter.view(n, len(self.widths), filters).permute(1, 2, 0)
        repeats = torch.tensor(self.widths, device=won.device)
        factors = by_width.repeat_interleave(repeats, 0)
        documents = torch.arange(n, device=won.device)
        rows = torch.arange(n_slices * filters, device=won.device).view(n_slices, filters, 1)
        counts = (factors != 0) & (won < batch.lengths)
        tokens = documents * batch.tokens.shape[1] + won
        table = self.weight.flatten(0, 1)
        return TokenGradients(tokens[counts], rows.expand_as(won)[counts], factors[counts], table)


class AveragingNetwork(Network):
    """Layers over the mean vector of a document: a deep averaging network, or a linear one with no layer."""

    def __init__(self, dim: int, hidden: int, layers: int, n_categories: int, generator: torch.Generator) -> None:
        super().__init__()
        sizes = [dim] + [hidden] * layers
        self.hidden = nn.ModuleList(_linear(n_in, n_out, generator) for n_in, n_out in pairwise(sizes))
        self.output = _linear(sizes[-1], n_categories, generator)

    def forward(self, batch: Batch) -> Tensor:
        """Scores, (n, n_categories)."""
        return self.scores(batch.means)

    def scores(self, means: Tensor) -> Tensor:
        """Scores from mean vectors (n, dim)."""
        for layer in self.hidden:
            means = layer(means).relu()
        scores: Tensor = self.output(means)
        return scores

    def token_gradients(self, batch: Batch, labels: Tensor, weights: Tensor) -> TokenGradients:
        """Every token of a document gets the same part of the gradient by its mean."""
        means = batch.means.detach().requires_grad_()
        with torch.enable_grad():
            scores = self.scores(means)
            (by_mean,) = torch.autograd.grad(scores, means, _by_score(scores.detach(), labels, weights))
        columns = torch.arange(batch.tokens.shape[1], device=by_mean.device)
        tokens = (columns < batch.lengths[:, None]).flatten().nonzero().flatten()
        rows = tokens // len(columns)
        return TokenGradients(tokens, rows, 1 / batch.lengths[rows].to(by_mean.dtype), by_mean)


def build_network(settings: ClassifierSettings, dim: int, n_categories: int, generator: torch.Generator) -> Network:
    """An untrained network on the CPU. Initialised as torch does it for such layers, from the generator."""
    if settings.kind == "cnn":
        return ConvolutionalNetwork(settings, dim, n_categories, generator)
    layers = settings.layers if settings.kind == "dan" else 0
    return AveragingNetwork(dim, settings.hidden, layers, n_categories, generator)


def _by_score(scores: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """The gradient of weights * cross-entropy by score, (n, n_categories)."""
    return weights[:, None] * (scores.softmax(1) - functional.one_hot(labels, scores.shape[1]))


def _uniform(shape: tuple[int, ...], fan_in: int, generator: torch.Generator) -> Tensor:
    bound = 1 / sqrt(fan_in)
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


def _linear(n_in: int, n_out: int, generator: torch.Generator) -> nn.Linear:
    layer = nn.Linear(n_in, n_out, device="meta")  # no numbers are drawn but those of the generator
    layer.weight = nn.Parameter(_uniform((n_out, n_in), n_in, generator))
    layer.bias = nn.Parameter(_uniform((n_out,), n_in, generator))
    return layer
