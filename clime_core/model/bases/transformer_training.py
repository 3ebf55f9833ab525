"""Training the transformers of a base, on a GPU as far as its memory goes."""

import logging
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TypeVar

import numpy as np
import torch

from clime_core.errors import TrainingError
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example, class_totals, labels_of, loss_weights
from clime_core.model.bases.fine_tuning import Texts, Tuned, Work, fine_tune
from clime_core.model.bases.pretrained import Tokenizer
from clime_core.model.bases.replacements import Replacements
from clime_core.model.bases.training import TrainingReport
from clime_core.model.bases.transformer_classifier import TransformerClassifier
from clime_core.model.bases.transformer_folder import TrainedMembers
from clime_core.model.device import Device, Ran, is_full, resolve_device, run_on, threads
from clime_core.progress import Progress, silent

Result = TypeVar("Result")

log = logging.getLogger(__name__)


def train_transformer(
    examples: Sequence[Example],
    n_categories: int,
    settings: ClassifierSettings,
    seeds: Sequence[int],
    *,
    replacements: Replacements | None = None,
    device: Device = "auto",
    jobs: int = 1,
    progress: Progress = silent,
) -> TransformerClassifier:
    """Fine-tune one member a seed, one after the other, on the CPU with `jobs` threads.

    On the CPU the same seeds and threads give the same weights. A GPU that runs out of memory takes fewer documents at
    once, down to one, and then hands over to the CPU; the report says so. `replacements`: the words of the second
    stream, which every variant but `plain` needs.

    Raises TrainingError without seeds, model, replacements or usable examples, for labels outside the categories, or
    for a single class.
    """
    tuning = settings.transformer
    if tuning is None:
        raise TrainingError("a transformer is trained with settings of kind 'transformer', got none")
    if not seeds:
        raise TrainingError("no seed was given: give one for each member, for example [0]")
    if tuning.terms and not replacements:
        raise TrainingError(
            f"variant {tuning.variant!r} replaces words by others of a dictionary, but there is none: give one, or set "
            "variant to 'plain'"
        )
    started = perf_counter()
    if not examples:
        raise TrainingError("there is no example to learn from: give labelled documents of two categories")
    labels_of(examples, n_categories)
    tokenizer = Tokenizer.of(tuning.model, tuning.max_length)
    texts, used = _texts(examples, n_categories, settings, tokenizer)
    done, total = 0, len(seeds) * tuning.epochs

    def epoch_done() -> None:
        nonlocal done
        done += 1
        progress("training", done, total)

    def work(place: torch.device, at_once: int) -> list[Tuned]:
        where = Work(place, at_once)
        return [
            fine_tune(texts, n_categories, tuning, tokenizer, seed, replacements or {}, where, epoch_done)
            for seed in seeds
        ]

    with threads(jobs):
        ran, at_once = with_less_at_once(resolve_device(device), tuning.batch_size, work)
    totals = class_totals(used, n_categories)
    report = TrainingReport(
        examples_used=len(used),
        examples_left_out=len(examples) - len(used),
        class_counts=tuple(np.bincount(texts.labels, minlength=n_categories).tolist()),
        tokens_known=sum(subwords.known for subwords in texts.subwords),
        tokens_unknown=sum(subwords.unknown for subwords in texts.subwords),
        final_losses=tuple(tuned.loss for tuned in ran.result),
        seconds=perf_counter() - started,
        device=ran.device,
        fell_back=ran.fell_back,
        at_once=at_once if at_once < tuning.batch_size else None,
    )
    members = TrainedMembers([tuned.model for tuned in ran.result], tokenizer)
    return TransformerClassifier(settings, n_categories, totals / totals.sum(), len(seeds), members, report)


def with_less_at_once(
    device: torch.device, at_once: int, work: Callable[[torch.device, int], Result]
) -> tuple[Ran[Result], int]:
    """Do `work(device, at_once)`, with half as many where the GPU's memory runs out, and at last on the CPU.

    Also returns how many were at once in the end.
    """
    while device.type == "cuda" and at_once > 1:
        try:
            return Ran(work(device, at_once), device.type), at_once
        except RuntimeError as problem:
            if not is_full(problem):
                raise
            at_once //= 2
            log.warning("the GPU is out of memory, going on with %d documents at once: %s", at_once, problem)
        torch.cuda.empty_cache()  # outside the handler, whose traceback keeps the tensors alive
    return run_on(device, lambda place: work(place, at_once)), at_once


def _texts(
    examples: Sequence[Example], n_categories: int, settings: ClassifierSettings, tokenizer: Tokenizer
) -> tuple[Texts, list[Example]]:
    """The documents that the tokenizer knows anything of, and their examples."""
    words = [example.document.shown.split() for example in examples]
    cut = tokenizer.cut(words)
    kept = [row for row, subwords in enumerate(cut) if subwords.known]
    used = [examples[row] for row in kept]
    if not used:
        raise TrainingError(
            f"none of the {len(examples)} examples has a subword that the model knows: choose a model that reads the "
            "script of the documents"
        )
    labels = labels_of(used, n_categories)
    if len(np.unique(labels)) < 2:
        raise TrainingError(f"all {len(used)} examples have label {labels[0]}: add examples of another category")
    factors = loss_weights(used, n_categories, settings.class_weights)
    return Texts([words[row] for row in kept], [cut[row] for row in kept], labels, factors), used
