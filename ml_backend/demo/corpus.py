"""The demo's bilingual corpus: short news in English and Spanish, about health or not, made from frames.

English is the source. Spanish stands in for a low-resource language, so that many readers can judge what they
see. The two vector spaces are trained on separate text and aligned by a dictionary of general words only, so
that health words meet their translations only roughly: that is what an annotator's clicks fix.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clime_core.alignment.alignment import procrustes
from clime_core.alignment.text_vectors import text_vectors
from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.stream import writing
from clime_core.data.tokens import tokenize
from clime_core.data.vec_file import write_vec
from ml_backend.demo.grammar import LanguageCode, Speaker, speaker
from ml_backend.demo.sentences import Frame, Pair, frames, lexicon

CATEGORIES = ("other", "health")
HEALTH_LABEL = 1


@dataclass(frozen=True)
class DemoSizes:
    """Documents of each part, how many of them are about health, and the size of the vectors.

    `border` is the share of documents near the line between the categories: an injured player, a
    vaccination at school.
    """

    train: int = 200
    pool: int = 300
    test: int = 120
    text: int = 1500
    pool_health: float = 0.3
    text_health: float = 0.3
    border: float = 0.4
    dim: int = 50


@dataclass(frozen=True, eq=False)
class Demo:
    """All parts. `pool` carries no labels: they are in `pool_gold`. Dictionaries: (English, Spanish).

    `word_counts` is for simulated annotators: by language, word to the number of documents of each
    category that contain it, in text outside the campaign.
    """

    embeddings: BilingualEmbeddings
    train: tuple[Document, ...]
    pool: tuple[Document, ...]
    test: tuple[Document, ...]
    pool_gold: dict[str, int]
    dictionary: tuple[Pair, ...]
    seed_dictionary: tuple[Pair, ...]
    word_counts: dict[LanguageCode, dict[str, tuple[int, ...]]]


def make_demo(seed: int = 0, sizes: DemoSizes | None = None) -> Demo:
    """The whole demo in memory. Equal seeds and sizes give equal demos."""
    size = sizes or DemoSizes()
    rngs = np.random.default_rng(seed).spawn(7)
    english, spanish = speaker("en", rngs[0]), speaker("es", rngs[1])
    pool = _documents(spanish, "pool", size.pool, size.pool_health, size, rngs[2])
    texts = {
        person.language: _documents(person, "text", size.text, size.text_health, size, rng)
        for person, rng in ((english, rngs[3]), (spanish, rngs[4]))
    }
    source, target = (
        text_vectors([document.tokens for document in texts[language]], size.dim) for language in ("en", "es")
    )
    return Demo(
        embeddings=procrustes(source, target, seed_dictionary()).embeddings,
        train=_documents(english, "train", size.train, 0.5, size, rngs[5]),
        pool=tuple(Document(document.id, document.tokens, text=document.text) for document in pool),
        test=_documents(spanish, "test", size.test, 0.5, size, rngs[6]),
        pool_gold={str(document.id): int(document.label or 0) for document in pool},
        dictionary=full_dictionary(),
        seed_dictionary=seed_dictionary(),
        word_counts={language: _counts(documents) for language, documents in texts.items()},
    )


def write_corpus(folder: Path, seed: int = 0, sizes: DemoSizes | None = None) -> Path:
    """Make the demo's corpus, write it into the folder, and return the folder. Equal seeds and sizes give equal files.

    A campaign reads en.vec, es.vec, train.jsonl, pool.jsonl, test.jsonl and categories.txt. Only a simulated
    annotator may read pool_gold.jsonl, dictionary.tsv, annotator.en.tsv and annotator.es.tsv. The vectors were
    aligned with seed_dictionary.tsv. Raises DataError where the folder cannot be written to.
    """
    demo = make_demo(seed, sizes)
    folder.mkdir(parents=True, exist_ok=True)
    write_vec(folder / "en.vec", demo.embeddings.source)
    write_vec(folder / "es.vec", demo.embeddings.target)
    for name, documents in (("train", demo.train), ("pool", demo.pool), ("test", demo.test)):
        write_lines(folder / f"{name}.jsonl", map(_json, documents))
    write_lines(folder / "pool_gold.jsonl", gold_lines(demo))
    write_lines(folder / "dictionary.tsv", map("\t".join, demo.dictionary))
    write_lines(folder / "seed_dictionary.tsv", map("\t".join, demo.seed_dictionary))
    write_lines(folder / "categories.txt", CATEGORIES)
    for language, counts in demo.word_counts.items():
        rows = ("\t".join((word, *map(str, numbers[::-1]))) for word, numbers in sorted(counts.items()))
        write_lines(folder / f"annotator.{language}.tsv", ("word\thealth\tother", *rows))
    return folder


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file, gzipped where its name ends in .gz: completely or not at all."""
    with writing(path) as stream:
        stream.writelines(f"{line}\n".encode() for line in lines)


def gold_lines(demo: Demo) -> Iterator[str]:
    """The labels of the pool as JSON lines."""
    for document, label in demo.pool_gold.items():
        yield json.dumps({"id": document, "label": label})


def seed_dictionary() -> tuple[Pair, ...]:
    """General words: function words, numbers, days, months, places, people; none of health. Lower case."""
    words = lexicon()
    nouns = {**words.nouns, **words.plurals}
    entries = [
        (entry[0], entry[1])
        for slot in words.general_slots
        for entry in (*nouns.get(slot, ()), *words.plain.get(slot, ()))
    ]
    return _distinct((*entries, *words.function_words))


def full_dictionary() -> tuple[Pair, ...]:
    """Everything that a bilingual person knows of the demo's words, the seed dictionary included."""
    words = lexicon()
    nouns = [(noun[0], noun[1]) for entries in (*words.nouns.values(), *words.plurals.values()) for noun in entries]
    return _distinct((*seed_dictionary(), *nouns, *words.frame_words))


def _distinct(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Lower-cased pairs of single words, each once, in order."""
    lowered = ((source.lower(), target.lower()) for source, target in pairs)
    return tuple(dict.fromkeys(pair for pair in lowered if " " not in "".join(pair)))


def _documents(
    person: Speaker, prefix: str, count: int, health: float, sizes: DemoSizes, rng: np.random.Generator
) -> tuple[Document, ...]:
    """Labelled documents in random order, the share `health` of them about health."""
    labels = np.zeros(count, dtype=int)
    labels[: round(count * health)] = HEALTH_LABEL
    rng.shuffle(labels)
    texts = [" ".join(_story(person, bool(label), sizes.border, rng)) for label in labels]
    return tuple(
        Document(f"{prefix}-{number:04d}", tokenize(text), int(label), text)
        for number, (text, label) in enumerate(zip(texts, labels, strict=True), start=1)
    )


def _story(person: Speaker, health: bool, border: float, rng: np.random.Generator) -> list[str]:
    """Three to six sentences: one or two that decide the category, the others general or off the topic."""
    length = int(rng.integers(3, 7))
    sentences = _frames_of_story(length, health, border, rng)
    openers = _sample(frames().openers, length, rng)
    opened = rng.random(length) < np.where(np.arange(length) == 0, 0.8, 0.3)
    return [
        person.say(opener if is_opened else ("", ""), frame, rng)
        for opener, is_opened, frame in zip(openers, opened, sentences, strict=True)
    ]


def _frames_of_story(length: int, health: bool, border: float, rng: np.random.Generator) -> list[Frame]:
    """The frames of a document in random order."""
    every = frames()
    topic = every.topics[str(rng.choice(sorted(every.topics)))]
    if rng.random() < border:
        deciding = _sample(every.border_health if health else every.border_other, 1, rng)
    else:
        deciding = _sample(every.health if health else topic, max(2, length // 2), rng)
    rest = length - len(deciding)
    off_topic = _sample(topic, int(rng.random() < 0.4), rng)
    chosen: list[Frame] = [*deciding, *(off_topic + _sample(every.general, rest, rng))[:rest]]
    rng.shuffle(chosen)
    return chosen


def _sample(choices: Sequence[Frame], count: int, rng: np.random.Generator) -> list[Frame]:
    """Different frames, in random order."""
    return [choices[int(row)] for row in rng.choice(len(choices), size=count, replace=False)]


def _counts(documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
    """Word to the number of documents of each category, in the order of `CATEGORIES`, that contain it."""
    counters = [Counter[str]() for _ in CATEGORIES]
    for document in documents:
        counters[document.label or 0].update(set(document.tokens))
    words = sorted(set().union(*counters))
    return {word: tuple(counter[word] for counter in counters) for word in words}


def _json(document: Document) -> str:
    """A line of a documents file with the text as people read it."""
    fields = {"id": document.id, "text": document.text, "label": document.label}
    return json.dumps({name: value for name, value in fields.items() if value is not None}, ensure_ascii=False)
