"""Encoding and fine-tuning by a transformer of the shape of XLM-R base, with random weights: nothing is downloaded."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from case import Case, Sizes

from clime_core.data.documents import Document
from clime_core.data.embeddings import Vectors
from clime_core.data.language import Language
from clime_core.encoders.sentence_transformer import SentenceTransformer
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example
from clime_core.model.bases.pretrained import transformers_package
from clime_core.model.bases.transformer_settings import TransformerSettings
from clime_core.model.bases.transformer_training import train_transformer
from clime_core.model.device import Device

SENTENCE, DOCUMENT = 20, 300
"""Words of a text; a word is one subword here, where a real tokenizer makes 1.2 to 2 of it."""

MARKS = ("<s>", "<pad>", "</s>", "<unk>")
CORES = os.cpu_count() or 1


def write_model(folder: Path, sizes: Sizes) -> None:
    """A classifier of two categories and its tokenizer, as transformers reads them."""
    transformers = transformers_package()
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = [*MARKS, *(f"w{number}" for number in range(sizes.vocabulary - len(MARKS)))]
    tokenizer = Tokenizer(models.WordLevel({word: row for row, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    ends = [("<s>", 0), ("</s>", 2)]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    roles = {"bos": 0, "cls": 0, "pad": 1, "eos": 2, "sep": 2, "unk": 3}
    named = {f"{role}_token": MARKS[row] for role, row in roles.items()}
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **named)
    fast.save_pretrained(folder)
    config = transformers.XLMRobertaConfig(
        vocab_size=sizes.vocabulary, hidden_size=sizes.hidden, num_hidden_layers=sizes.layers,
        num_attention_heads=max(1, sizes.hidden // 64), intermediate_size=4 * sizes.hidden,
        max_position_embeddings=514, type_vocab_size=1, bos_token_id=0, pad_token_id=1, eos_token_id=2, num_labels=2,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    torch.manual_seed(0)
    transformers.XLMRobertaForSequenceClassification(config).save_pretrained(folder)


def random_texts(count: int, words: int, sizes: Sizes) -> list[str]:
    """Texts of words of the vocabulary, all of one length."""
    rows = np.random.default_rng(0).integers(0, sizes.vocabulary - len(MARKS), (count, words))
    return [" ".join(f"w{row}" for row in text) for text in rows]


def encoding(sizes: Sizes) -> Iterator[Case]:
    """By sentence-transformers, in half precision on the GPU, in single precision on the CPU."""
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder), sizes)
        encoders: dict[Device, SentenceTransformer] = {}

        def case(texts: list[str], on_cpu: int, what: str) -> Case:
            def run(device: Device, units: int) -> Vectors:
                if device not in encoders:
                    encoders[device] = SentenceTransformer(folder, device=device)
                return encoders[device].encode(texts[:units])

            name = f"encoding {len(texts):,} {what}"
            return Case(name, run, furthest_direction, 1e-3, len(texts), on_cpu, cpu_threads=CORES)

        sentences = random_texts(sizes.sentences, SENTENCE, sizes)
        yield case(sentences, sizes.sentences_on_cpu, f"sentences of {SENTENCE} words")
        documents = random_texts(sizes.long_documents, DOCUMENT, sizes)
        yield case(documents, sizes.long_documents_on_cpu, f"documents of {DOCUMENT} words")


def furthest_direction(one: Vectors, other: Vectors) -> float:
    """1 - the lowest cosine of two vectors of a text."""
    units = [vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in (one, other)]
    return float(1 - (units[0] * units[1]).sum(axis=1).min())


@dataclass(frozen=True)
class Tuned:
    """The seconds of the last epoch, and the mean loss in it."""

    seconds: float
    loss: float


def fine_tuning(sizes: Sizes) -> Iterator[Case]:
    """One epoch in batches of 16, without the loading: bfloat16 on the GPU, single precision on the CPU."""
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder), sizes)
        texts = random_texts(sizes.documents, sizes.max_length - 2, sizes)
        documents = [Document(n, tuple(text.split()), n % 2) for n, text in enumerate(texts)]
        examples = [Example(document, Language.SOURCE) for document in documents]
        tuning = TransformerSettings(folder, epochs=2, max_length=sizes.max_length, dev_share=0.0)
        settings = ClassifierSettings(kind="transformer", transformer=tuning)

        def run(device: Device, units: int) -> Tuned:
            ends = []

            def epoch_done(*_: object) -> None:
                ends.append(perf_counter())

            given = examples[:units]
            tuned = train_transformer(given, 2, settings, [0], device=device, jobs=CORES, progress=epoch_done)
            return Tuned(ends[1] - ends[0], tuned.report.final_losses[0])

        what = f"fine-tuning, an epoch of {sizes.documents} documents of {sizes.max_length} subwords"
        yield Case(
            what, run, lambda one, other: abs(one.loss - other.loss), 0.05, len(examples), sizes.tuned_on_cpu,
            cpu_threads=CORES, seconds_of=lambda tuned: tuned.seconds,
        )  # fmt: skip
