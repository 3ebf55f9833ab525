"""Training the CNN at the paper's sizes, and ranking words by its gradient."""

from collections.abc import Iterator

import numpy as np
from case import Case, Sizes
from zipf_corpus import zipf_examples, zipf_vectors

from clime_core.data.language import Language
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.device import Device
from clime_core.model.words.salience import SalientWord, rank_salient
from clime_core.model.words.salience_form import SalienceForm

SEEDS = (0, 1)
"""Of the two classifiers that a round trains: on the CPU side by side, a thread each; on a GPU one after the other."""

FORMS: tuple[SalienceForm, ...] = ("sum-of-norms", "norm-of-sum")


def training(sizes: Sizes) -> Iterator[Case]:
    """The two CNNs of a round."""
    embeddings, examples = zipf_vectors(sizes.dim), zipf_examples(sizes.documents, sizes.tokens)
    settings = ClassifierSettings(epochs=sizes.epochs)
    documents = [example.document for example in examples]

    def run(device: Device, units: int) -> Classifier:
        return train(embeddings, examples, 2, settings, SEEDS[:units], device=device, jobs=units)

    def difference(one: Classifier, other: Classifier) -> float:
        found = [each.predict_proba(embeddings, documents, Language.SOURCE) for each in (one, other)]
        return float(np.abs(found[0] - found[1]).max())

    what = f"two CNNs, {sizes.documents} documents x {sizes.tokens} tokens, {sizes.epochs} epochs"
    yield Case(what, run, difference, tolerance=0.05, units=len(SEEDS))


def salience(sizes: Sizes) -> Iterator[Case]:
    """Both forms, of one CNN."""
    embeddings, examples = zipf_vectors(sizes.dim), zipf_examples(sizes.documents, sizes.tokens)
    classifier = train(embeddings, examples, 2, ClassifierSettings(epochs=3), [0], device="cpu")

    def case(form: SalienceForm) -> Case:
        def run(device: Device, _: int) -> list[SalientWord]:
            return rank_salient(classifier, embeddings, examples, form=form, device=device)

        return Case(f"salience, {form}", run, furthest_score, tolerance=1e-3)

    yield from map(case, FORMS)


def furthest_score(one: list[SalientWord], other: list[SalientWord]) -> float:
    """The largest difference of a word's scores, as a part of the highest."""
    scores, others = ({salient.word: salient.score for salient in ranked} for ranked in (one, other))
    return max(abs(score - others[word]) for word, score in scores.items()) / max(scores.values())
