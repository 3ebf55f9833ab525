"""Fitting one network to examples."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional

from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.encoding import Encoding
from clime_core.model.bases.networks import AveragingNetwork, Network, build_network
from clime_core.model.bases.regression import rows_of_all

State = dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Encoded documents with their labels (n,) int64 and the factors of their losses (n,) float32."""

    documents: Encoding
    labels: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> "TrainingSet":
        """The same on another device."""
        return TrainingSet(self.documents.to(device), self.labels.to(device), self.weights.to(device))


def fit_member(
    training_set: TrainingSet,
    n_categories: int,
    settings: ClassifierSettings,
    seed: int,
    dev: TrainingSet | None,
    epoch_done: Callable[[], None],
) -> tuple[Network, float]:
    """A network and its mean training loss. Initialisation and order of the documents come from the seed.

    The last epoch's network, or that of the epoch with the best accuracy on `dev` (the lower loss, then the
    earlier epoch decide between equals).
    """
    generator = torch.Generator().manual_seed(seed)
    dim = training_set.documents.vectors.shape[1]
    if settings.kind == "lr":
        linear = AveragingNetwork(dim, settings.hidden, 0, n_categories, generator)
        return _fit_regression(linear, training_set, settings)
    network = build_network(settings, dim, n_categories, generator)
    network.to(training_set.labels.device)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate, fused=True)
    best, kept, kept_loss = (-1.0, 0.0), None, 0.0
    for _ in range(settings.epochs):
        loss = _epoch(network, optimizer, training_set, settings, generator)
        epoch_done()
        quality = _quality(network, dev, settings.batch_size) if dev is not None else None
        if quality is None:
            kept_loss = loss
        elif quality > best:
            best, kept, kept_loss = quality, _copy(network), loss
    if kept is not None:
        network.load_state_dict(kept)
    return network.cpu().requires_grad_(False), kept_loss


def _epoch(
    network: Network,
    optimizer: torch.optim.Optimizer,
    training_set: TrainingSet,
    settings: ClassifierSettings,
    generator: torch.Generator,
) -> float:
    """One pass over the documents in random order. Returns the mean loss of a document."""
    total = torch.zeros((), dtype=torch.float64, device=training_set.labels.device)
    order = torch.randperm(len(training_set.labels), generator=generator).to(training_set.labels.device)
    for picked in torch.split(order, settings.batch_size):
        batch = training_set.documents.batch(picked)
        optimizer.zero_grad()
        losses = functional.cross_entropy(network(batch), training_set.labels[batch.documents], reduction="none")
        loss = losses @ training_set.weights[batch.documents]
        (loss / len(picked)).backward()  # type: ignore[no-untyped-call]  # torch has no types here
        torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
        optimizer.step()
        total += loss.detach()
    return float(total) / len(order)


@torch.inference_mode()
def _quality(network: Network, dev: TrainingSet, batch_size: int) -> tuple[float, float]:
    """Accuracy and negative loss."""
    right, loss = 0.0, 0.0
    for batch in dev.documents.batches(batch_size):
        scores, labels = network(batch), dev.labels[batch.documents]
        right += float((scores.argmax(1) == labels).sum())
        loss += float(functional.cross_entropy(scores, labels, reduction="sum"))
    return right / len(dev.labels), -loss


def _copy(network: Network) -> State:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}


@torch.no_grad()
def _fit_regression(
    network: AveragingNetwork, training_set: TrainingSet, settings: ClassifierSettings
) -> tuple[Network, float]:
    """Multinomial logistic regression by scikit-learn, put into the linear network."""
    batch = training_set.documents.batch(torch.arange(len(training_set.labels), device=training_set.labels.device))
    labels, weights = training_set.labels[batch.documents], training_set.weights[batch.documents]
    model = LogisticRegression(C=settings.inverse_regularization, max_iter=1000)
    model.fit(batch.means.cpu().numpy(), labels.cpu().numpy(), weights.cpu().numpy())
    rows, bias = rows_of_all(model, len(network.output.bias))
    network.output.weight.copy_(torch.from_numpy(rows))
    network.output.bias.copy_(torch.from_numpy(bias))
    network.requires_grad_(False)
    scores = network.scores(batch.means.cpu())
    losses = functional.cross_entropy(scores, labels.cpu(), reduction="none")
    return network, float(losses @ weights.cpu()) / len(labels)


@dataclass(frozen=True)
class TrainingReport:
    """examples_left_out: documents without any known word. class_counts: examples used, by category.

    final_losses: mean training loss of each member in the epoch it kept. seconds: of the whole training.
    device: "cpu" or "cuda"; fell_back: the GPU's memory ran out and the CPU did the work. at_once: how many documents
    of a batch went through the model at once, where memory ran out for all of it; None where it did not.
    """

    examples_used: int
    examples_left_out: int
    class_counts: tuple[int, ...]
    tokens_known: int
    tokens_unknown: int
    final_losses: tuple[float, ...]
    seconds: float
    device: str
    fell_back: bool
    at_once: int | None = None
