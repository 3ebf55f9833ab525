"""The demo's corpus: well formed, balanced, reproducible, and worth a campaign."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from clime_core.alignment.alignment import read_dictionary
from clime_core.data.documents import Document, read_documents
from clime_core.data.embeddings import Embeddings
from clime_core.data.language import Language, Word
from clime_core.data.vec_file import read_vec
from clime_core.model.words.neighbors import nearest
from clime_core.simulation.annotator_knowledge import read_gold, read_word_counts
from ml_backend.demo.corpus import (
    CATEGORIES,
    Demo,
    DemoSizes,
    full_dictionary,
    make_demo,
    seed_dictionary,
    write_corpus,
)
from ml_backend.demo.grammar import SLOT, Noun, speaker, vocabulary
from ml_backend.demo.sentences import Frame, frames

OPENERS = frames().openers
FRAMES: list[Frame] = [
    *frames().health,
    *frames().general,
    *frames().border_health,
    *frames().border_other,
    *(frame for topic in frames().topics.values() for frame in topic),
]
SMALL = DemoSizes(train=12, pool=20, test=10, text=150, dim=12)


@cache
def demo(seed: int = 0) -> Demo:
    """The demo of the default sizes."""
    return make_demo(seed)


def test_sizes_and_balance() -> None:
    """Two hundred balanced training documents, three hundred in the pool, 120 balanced test documents."""
    made = demo()
    assert Counter(document.label for document in made.train) == {0: 100, 1: 100}
    assert Counter(document.label for document in made.test) == {0: 60, 1: 60}
    assert len(made.pool) == 300
    assert sum(made.pool_gold.values()) == 90
    assert all(document.label is None for document in made.pool)
    ids = [document.id for document in (*made.train, *made.pool, *made.test)]
    assert len(set(ids)) == len(ids)


def test_documents_are_sentences() -> None:
    """Three to six sentences with capital and full stop, tokens in lower case, no two texts alike."""
    texts = [document.text or "" for document in (*demo().train, *demo().test, *demo().pool)]
    for text in texts:
        sentences = re.findall(r"[^.]+\.", text)
        assert 3 <= len(sentences) <= 6
        assert all(sentence.strip()[0].isupper() for sentence in sentences)
        assert "{" not in text
        assert "  " not in text
    assert len(set(texts)) == len(texts)
    assert all(token == token.lower() for document in demo().train for token in document.tokens)


def test_hundreds_of_different_sentences() -> None:
    """Hardly a sentence occurs twice."""
    sentences = [sentence for document in demo().pool for sentence in (document.text or "").split(". ")]
    assert len(set(sentences)) > 0.75 * len(sentences)


@pytest.mark.parametrize("frame", [*FRAMES, *OPENERS])
def test_frames_say_the_same_in_both_languages(frame: Frame) -> None:
    """Both sides have the same slots, all of them known."""
    english, spanish = ({name for name, _ in SLOT.findall(side)} for side in frame)
    assert english == spanish
    assert {slot for _, slot in SLOT.findall(frame[0])} <= set(vocabulary("en"))


def test_spanish_articles_agree() -> None:
    """Gender and number, and the contractions of a and de."""
    cases = {
        "el": ("el río", "la isla", "los ríos", "las islas"),
        "un": ("un río", "una isla", "unos ríos", "unas islas"),
        "del": ("del río", "de la isla", "de los ríos", "de las islas"),
        "al": ("al río", "a la isla", "a los ríos", "a las islas"),
        "este": ("este río", "esta isla", "estos ríos", "estas islas"),
    }
    nouns = [Noun("río"), Noun("isla", True), Noun("ríos", False, True), Noun("islas", True, True)]
    for article, expected in cases.items():
        assert tuple(format(noun, article) for noun in nouns) == expected
    assert f"{Noun('antibiotic'):a}" == "an antibiotic"
    assert f"{Noun('pill'):a} {Noun('pill')} {Noun('pill'):the}" == "a pill pill the pill"


def test_no_sentence_breaks_a_contraction() -> None:
    """`a el` and `de el` never occur, and no noun stands with the article of the other gender."""
    wrong = {
        f"{article} {noun.form}"
        for nouns in vocabulary("es").values()
        for noun in nouns
        for article in (("los", "el") if noun.feminine else ("las", "la"))
    }
    rng = np.random.default_rng(1)
    spanish = speaker("es", rng)
    text = " ".join(spanish.say(opener, frame, rng).lower() for frame in FRAMES for opener in OPENERS)
    assert not re.search(r"\b(a|de) el\b", text)
    right = {f"{article} {n.form}" for ns in vocabulary("es").values() for n in ns
             for article in ("el", "la", "los", "las") if f"{n:el}" == f"{article} {n.form}"}  # fmt: skip
    assert [phrase for phrase in sorted(wrong - right) if re.search(rf"\b{phrase}\b", text)] == []


def test_equal_seeds_give_equal_demos() -> None:
    """Documents and vectors bit for bit; another seed gives others."""
    first, same, different = (make_demo(seed, SMALL) for seed in (5, 5, 6))
    assert first.train == same.train
    assert first.pool_gold == same.pool_gold
    assert first.embeddings.target.vectors.tobytes() == same.embeddings.target.vectors.tobytes()
    assert first.train != different.train


def test_seed_dictionary_is_general_and_the_full_one_complete() -> None:
    """About a hundred general pairs without health words; the annotator's has both."""
    seeds, full = seed_dictionary(), full_dictionary()
    assert 80 <= len(seeds) <= 130
    assert set(seeds) < set(full)
    sources = {source for source, _ in seeds}
    assert sources.isdisjoint({"hospital", "doctor", "fever", "vaccine", "malaria"})
    assert {("hospital", "hospital"), ("fever", "fiebre"), ("patients", "pacientes")} <= set(full)
    assert all(word == word.lower() and " " not in word for pair in full for word in pair)


def test_dictionary_words_occur_in_the_texts() -> None:
    """Nearly every dictionary word has a vector, so that clicks on it can count."""
    embeddings = demo().embeddings
    known = [source in embeddings.source and target in embeddings.target for source, target in full_dictionary()]
    assert np.mean(known) > 0.95


def test_neighbors_make_sense_within_a_language() -> None:
    """Kinds of hospitals are near hospital, illnesses near flu."""
    embeddings = demo().embeddings
    for keyword, expected in (
        (Word(Language.SOURCE, "hospital"), {"clinic", "infirmary", "sanatorium", "dispensary", "maternity"}),
        (Word(Language.TARGET, "gripe"), {"cólera", "sarampión", "tifus", "varicela", "hepatitis", "neumonía",
                                          "tuberculosis"}),
    ):  # fmt: skip
        found = {near.word.form for near in nearest(embeddings, [keyword], 6, keyword.language, device="cpu")[0]}
        assert len(found & expected) >= 4


def accuracy_and_auc(train: list[tuple[Embeddings, Document, int]], made: Demo) -> tuple[float, float]:
    """Logistic regression over mean vectors, tested on the Spanish test documents."""

    def mean(side: Embeddings, document: Document) -> object:
        return side.vectors[side.rows(document.tokens)].mean(axis=0)

    model = LogisticRegression(C=100, max_iter=2000)
    model.fit([mean(side, document) for side, document, _ in train], [label for _, _, label in train])
    scores = model.predict_proba([mean(made.embeddings.target, document) for document in made.test])[:, 1]
    labels = np.array([document.label for document in made.test])
    return float(np.mean((scores > 0.5) == labels)), float(roc_auc_score(labels, scores))


def test_english_alone_is_not_enough_and_spanish_labels_help() -> None:
    """Over a few seeds: better than chance from English, clearly better with the pool's labels."""
    base, taught = [], []
    for seed in range(4):
        made = demo(seed)
        english = [(made.embeddings.source, document, document.label or 0) for document in made.train]
        spanish = [(made.embeddings.target, document, made.pool_gold[str(document.id)]) for document in made.pool]
        base.append(accuracy_and_auc(english, made))
        taught.append(accuracy_and_auc([*english, *spanish], made))
    (base_accuracy, base_auc), (accuracy, auc) = np.mean(base, axis=0), np.mean(taught, axis=0)
    assert 0.55 < base_accuracy < 0.85
    assert base_auc > 0.6
    assert accuracy > base_accuracy + 0.05
    assert auc > 0.9


def test_files_are_written_and_read_back(tmp_path: Path) -> None:
    """Every file of the demo is there and says what the demo says."""
    made, folder = make_demo(3, SMALL), write_corpus(tmp_path / "demo", 3, SMALL)
    assert folder == tmp_path / "demo"
    assert " ".join(sorted(path.name for path in folder.iterdir())) == (
        "annotator.en.tsv annotator.es.tsv categories.txt dictionary.tsv en.vec es.vec pool.jsonl "
        "pool_gold.jsonl seed_dictionary.tsv test.jsonl train.jsonl"
    )
    for part in ("train", "pool", "test"):
        assert read_documents(folder / f"{part}.jsonl", n_categories=2) == getattr(made, part)
    assert '"text": "' in (folder / "pool.jsonl").read_text(encoding="utf-8")
    assert read_gold(folder / "pool_gold.jsonl") == made.pool_gold
    assert read_dictionary(folder / "dictionary.tsv") == made.dictionary
    assert read_dictionary(folder / "seed_dictionary.tsv") == made.seed_dictionary
    assert tuple((folder / "categories.txt").read_text(encoding="utf-8").split()) == CATEGORIES
    vectors, _ = read_vec(folder / "es.vec")
    np.testing.assert_array_equal(vectors.vectors, made.embeddings.target.vectors)
    for tongue, counts in made.word_counts.items():
        assert read_word_counts(folder / f"annotator.{tongue}.tsv", CATEGORIES) == counts


def test_border_documents_make_it_harder() -> None:
    """Without documents near the line, health words alone decide."""
    easy, hard = make_demo(0, replace(SMALL, test=120, border=0.0)), demo()
    health = {"hospital", "clínica", "salud", "dolor", "pacientes", "vacunas", "fiebre"}
    crossing = [
        [bool(health & set(document.tokens)) for document in made.test if document.label == 0] for made in (easy, hard)
    ]
    assert sum(crossing[0]) == 0
    assert sum(crossing[1]) > 0
