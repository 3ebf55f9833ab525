"""Training the CNN on 572 documents x 200 tokens x 300 dimensions, against a plain Conv2d loop in autograd.

The bar is for one thread, on which rounds run. Two threads are shown without a bar, because they depend on an
idle machine, and so is a Conv1d loop: the same arithmetic in a layer that the libraries run faster.

The reference embeds a padded batch, runs Conv2d, ReLU and max over time, and takes the same Adam steps. It is
timed for a few epochs, which all cost the same; ours is a whole training of 30 epochs, reading included.
"""

import time
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn import functional
from zipf_corpus import zipf_examples, zipf_vectors

from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example
from clime_core.model.device import threads

DOCUMENTS, TOKENS, DIM, EPOCHS, REFERENCE_EPOCHS, BATCH, BAR = 572, 200, 300, 30, 3, 100, 10.0
ONE_BAR_MS = 10.0


class PlainCnn(nn.Module):
    """Kim's CNN as it is usually written, with Conv2d or Conv1d."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.flat = dimensions == 1
        self.convolutions = nn.ModuleList(
            nn.Conv1d(DIM, 100, width) if self.flat else nn.Conv2d(1, 100, (width, DIM)) for width in (3, 4, 5)
        )
        self.output = nn.Linear(300, 2)

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores (n, 2) of embedded documents (n, tokens, dim)."""
        images = vectors.transpose(1, 2) if self.flat else vectors.unsqueeze(1)
        maps = [layer(images).relu().flatten(2) for layer in self.convolutions]
        pooled = [functional.max_pool1d(found, found.shape[2]).squeeze(2) for found in maps]
        scores: Tensor = self.output(torch.cat(pooled, 1))
        return scores


def plain_epoch_seconds(embeddings: BilingualEmbeddings, examples: list[Example], dimensions: int) -> float:
    """Median seconds of an epoch of the plain loop."""
    torch.manual_seed(0)
    table = torch.from_numpy(embeddings.source.vectors)
    tokens = torch.tensor([embeddings.source.rows(e.document.tokens).tolist() for e in examples])
    labels = torch.tensor([example.document.label for example in examples])
    network = PlainCnn(dimensions)
    optimizer = torch.optim.Adam(network.parameters())
    seconds = []
    for _ in range(REFERENCE_EPOCHS):
        started = time.perf_counter()
        for picked in torch.split(torch.randperm(len(examples)), BATCH):
            optimizer.zero_grad()
            scores = network(functional.embedding(tokens[picked], table))
            functional.cross_entropy(scores, labels[picked]).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
        seconds.append(time.perf_counter() - started)
    return median(seconds)


def one_document_ms(classifier: Classifier, embeddings: BilingualEmbeddings, examples: list[Example]) -> float:
    """Median milliseconds of a prediction for one document of 300 tokens."""
    milliseconds = []
    for example in examples[:50]:
        started = time.perf_counter()
        classifier.predict_proba(embeddings, [example.document], Language.SOURCE)
        milliseconds.append(1000 * (time.perf_counter() - started))
    return median(milliseconds)


def main() -> None:
    """Print one table."""
    embeddings, examples = zipf_vectors(DIM), zipf_examples(DOCUMENTS, TOKENS)
    print(f"{'what':44}{'reference':>11}{'ours':>9}{'ratio':>8}{'bar':>7}")
    for n in (1, 2):
        with threads(n):
            plain = {d: plain_epoch_seconds(embeddings, examples, d) * EPOCHS for d in (2, 1)}
            started = time.perf_counter()
            settings = ClassifierSettings(epochs=EPOCHS)
            classifier = train(embeddings, examples, 2, settings, [0], device="cpu")
            ours = time.perf_counter() - started
        for dimensions, reference in plain.items():
            what = f"{EPOCHS} epochs, Conv{dimensions}d, threads: {n}, s"
            ratio = reference / ours
            verdict = f"{BAR:7.0f} {'pass' if ratio >= BAR else 'FAIL'}"
            judged = verdict if (n, dimensions) == (1, 2) else f"{'-':>7}"
            print(f"{what:44}{reference:11.1f}{ours:9.1f}{ratio:8.1f}{judged}")
    with threads(1):
        one = one_document_ms(classifier, embeddings, zipf_examples(50, 300))
    verdict = "pass" if one < ONE_BAR_MS else "FAIL"
    print(f"{'one document of 300 tokens, ms':44}{'-':>11}{one:9.2f}{'-':>8}{ONE_BAR_MS:7.0f} {verdict}")


if __name__ == "__main__":
    main()
