"""The demo's bilingual corpus: short news in English and Spanish, about health or not, made from frames.

English is the source. Spanish stands in for a low-resource language, so that many readers can judge what they
see. The two vector spaces are trained on separate text and aligned by a dictionary of general words only, so
that health words meet their translations only roughly: that is what an annotator's clicks fix.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
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
from ml_backend.demo.frames import (
    BORDER_HEALTH,
    BORDER_OTHER,
    GENERAL,
    HEALTH,
    OPENERS,
    TOPICS,
    Frame,
)
from ml_backend.demo.grammar import Speaker, Tongue, speaker
from ml_backend.demo.lexicon import (
    FRAME_WORDS,
    FUNCTION_WORDS,
    GENERAL_SLOTS,
    NOUNS,
    PLAIN,
    PLURALS,
    Pair,
)

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
    word_counts: dict[Tongue, dict[str, tuple[int, ...]]]


def make_demo(seed: int = 0, sizes: DemoSizes | None = None) -> Demo:
    """The whole demo in memory. Equal seeds and sizes give equal demos."""
    size = sizes or DemoSizes()
    rngs = np.random.default_rng(seed).spawn(7)
    english, spanish = speaker("en", rngs[0]), speaker("es", rngs[1])
    pool = _documents(spanish, "pool", size.pool, size.pool_health, size, rngs[2])
    spoken = {
        one.tongue: _documents(one, "text", size.text, size.text_health, size, rng)
        for one, rng in ((english, rngs[3]), (spanish, rngs[4]))
    }
    source, target = (text_vectors([text.tokens for text in spoken[tongue]], size.dim) for tongue in ("en", "es"))
    return Demo(
        embeddings=procrustes(source, target, seed_dictionary()).embeddings,
        train=_documents(english, "train", size.train, 0.5, size, rngs[5]),
        pool=tuple(Document(one.id, one.tokens, text=one.text) for one in pool),
        test=_documents(spanish, "test", size.test, 0.5, size, rngs[6]),
        pool_gold={str(one.id): int(one.label or 0) for one in pool},
        dictionary=full_dictionary(),
        seed_dictionary=seed_dictionary(),
        word_counts={tongue: _counts(texts) for tongue, texts in spoken.items()},
    )


def write_demo(folder: Path, seed: int = 0, sizes: DemoSizes | None = None) -> Demo:
    """Make the demo and write it: what a campaign reads, and what only a simulated annotator may know.

    A campaign reads en.vec, es.vec, train.jsonl, pool.jsonl, test.jsonl and categories.txt. The annotator
    knows pool_gold.jsonl, dictionary.tsv, annotator.en.tsv and annotator.es.tsv. seed_dictionary.tsv is what
    the vectors were aligned with.
    """
    demo = make_demo(seed, sizes)
    folder.mkdir(parents=True, exist_ok=True)
    write_vec(folder / "en.vec", demo.embeddings.source)
    write_vec(folder / "es.vec", demo.embeddings.target)
    for part in ("train", "pool", "test"):
        _write_lines(folder / f"{part}.jsonl", map(_json, getattr(demo, part)))
    gold = (json.dumps({"id": name, "label": label}) for name, label in demo.pool_gold.items())
    _write_lines(folder / "pool_gold.jsonl", gold)
    _write_lines(folder / "dictionary.tsv", ("\t".join(pair) for pair in demo.dictionary))
    _write_lines(folder / "seed_dictionary.tsv", ("\t".join(pair) for pair in demo.seed_dictionary))
    _write_lines(folder / "categories.txt", CATEGORIES)
    for tongue, counts in demo.word_counts.items():
        rows = ("\t".join((word, *map(str, counted[::-1]))) for word, counted in sorted(counts.items()))
        _write_lines(folder / f"annotator.{tongue}.tsv", ("word\thealth\tother", *rows))
    return demo


def seed_dictionary() -> tuple[Pair, ...]:
    """General words: function words, numbers, days, months, places, people; none of health. Lower case."""
    nouns = {**NOUNS, **PLURALS}
    entries = [(entry[0], entry[1]) for slot in GENERAL_SLOTS for entry in (*nouns.get(slot, ()), *PLAIN.get(slot, ()))]
    return _distinct((*entries, *FUNCTION_WORDS))


def full_dictionary() -> tuple[Pair, ...]:
    """Everything that a bilingual person knows of the demo's words, the seed dictionary included."""
    nouns = [(entry[0], entry[1]) for entries in (*NOUNS.values(), *PLURALS.values()) for entry in entries]
    return _distinct((*seed_dictionary(), *nouns, *FRAME_WORDS))


def _distinct(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Lower-cased pairs of single words, each once, in order."""
    lowered = ((a.lower(), b.lower()) for a, b in pairs)
    return tuple(dict.fromkeys(pair for pair in lowered if " " not in "".join(pair)))


def _documents(
    who: Speaker, prefix: str, count: int, health: float, sizes: DemoSizes, rng: np.random.Generator
) -> tuple[Document, ...]:
    """Labelled documents in random order, the share `health` of them about health."""
    labels = np.zeros(count, dtype=int)
    labels[: round(count * health)] = HEALTH_LABEL
    rng.shuffle(labels)
    texts = [" ".join(_story(who, bool(label), sizes.border, rng)) for label in labels]
    return tuple(
        Document(f"{prefix}-{number:04d}", tokenize(text), int(label), text)
        for number, (text, label) in enumerate(zip(texts, labels, strict=True), start=1)
    )


def _story(who: Speaker, health: bool, border: float, rng: np.random.Generator) -> list[str]:
    """Three to six sentences: one or two that decide the category, the others general or off the topic."""
    length = int(rng.integers(3, 7))
    topic = str(rng.choice(sorted(TOPICS)))
    home = HEALTH if health else TOPICS[topic]
    if rng.random() < border:
        telling = _some(BORDER_HEALTH if health else BORDER_OTHER, 1, rng)
    else:
        telling = _some(home, max(2, length // 2), rng)
    rest = length - len(telling)
    strays = _some(TOPICS[topic], int(rng.random() < 0.4), rng)
    frames: list[Frame] = [*telling, *(strays + _some(GENERAL, rest, rng))[:rest]]
    rng.shuffle(frames)
    openers = _some(OPENERS, length, rng)
    spoken = rng.random(length) < np.where(np.arange(length) == 0, 0.8, 0.3)
    return [
        who.say(opener if aloud else ("", ""), frame, rng)
        for opener, aloud, frame in zip(openers, spoken, frames, strict=True)
    ]


def _some(frames: Sequence[Frame], count: int, rng: np.random.Generator) -> list[Frame]:
    """Different frames, in random order."""
    return [frames[int(number)] for number in rng.choice(len(frames), size=count, replace=False)]


def _counts(texts: Sequence[Document]) -> dict[str, tuple[int, ...]]:
    """Word to the number of documents of each category, in the order of `CATEGORIES`, that contain it."""
    counters = [Counter[str]() for _ in CATEGORIES]
    for text in texts:
        counters[text.label or 0].update(set(text.tokens))
    words = sorted(set().union(*counters))
    return {word: tuple(counter[word] for counter in counters) for word in words}


def _json(document: Document) -> str:
    """A line of a documents file with the text as people read it."""
    fields = {"id": document.id, "text": document.text, "label": document.label}
    return json.dumps({name: value for name, value in fields.items() if value is not None}, ensure_ascii=False)


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with writing(path) as stream:
        stream.writelines(f"{line}\n".encode() for line in lines)
