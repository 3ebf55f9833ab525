"""Choosing among 5,000 documents of 200 tokens, by every strategy."""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from zipf_corpus import zipf_examples, zipf_vectors

from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.device import threads
from clime_core.model.selection.selection import Selection
from clime_core.model.selection.strategies import STRATEGIES
from clime_core.round.campaign_round import RoundInputs, run_round
from clime_core.round.documents import candidates_of, rank_documents
from clime_core.round.round_settings import RoundSettings

POOL, TRAIN, TOKENS, DIM, BAR_S, REPEATS = 5_000, 100, 200, 300, 1.0, 5


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print one table. What each network predicts is known from the fit."""
    source = zipf_vectors(DIM).source
    embeddings = BilingualEmbeddings(source, source)
    train = [example.document for example in zipf_examples(TRAIN, TOKENS)]
    pool = [replace(example.document, label=None) for example in zipf_examples(POOL, TOKENS)]
    inputs = RoundInputs(embeddings, 2, train, pool, asked_documents=frozenset(document.id for document in pool[:100]))
    settings = RoundSettings(ClassifierSettings(epochs=1))
    with threads(1):
        result = run_round(inputs, settings, 0, device="cpu")
        each = result.trained.classifier.predict_each(embeddings, pool, Language.TARGET)
        print(f"{'one thread':22}{'seconds':>9}{'bar':>6}")
        for name in STRATEGIES:

            def rank(name: Selection = name) -> None:
                known = candidates_of(inputs, result.predictor, result.probabilities, each, settings, 0)
                rank_documents(inputs, known, name)

            taken = median(seconds(rank) for _ in range(REPEATS))
            print(f"{name:22}{taken:9.3f}{BAR_S:6.1f} {'pass' if taken < BAR_S else 'FAIL'}")


if __name__ == "__main__":
    main()
