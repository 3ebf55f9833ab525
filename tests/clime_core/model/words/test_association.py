"""Tests of words' association with categories."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.model.bases.examples import Example
from clime_core.model.words.association import DocumentCounts, associations, rank_associated
from clime_core.model.words.salience_form import CountedForm

DOCUMENTS = [
    Document(0, ("flu", "the", "flu"), 1),
    Document(1, ("flu", "the"), 1),
    Document(2, ("goal", "the"), 0),
    Document(3, ("the", "rare"), 0),
    Document(4, ("unlabelled",), None),
]


def test_associations_are_smoothed_log_odds_by_documents() -> None:
    """Worked by hand: flu is in 2 of 2 and 0 of 2 documents; a repeated word counts once; unlabelled ones do not."""
    found = associations(DOCUMENTS, 2)
    half = (np.log(3 / 4) - np.log(1 / 4)) / 2
    np.testing.assert_allclose(found["flu"], [-half, half])
    np.testing.assert_allclose(found["the"], [0, 0])
    assert "unlabelled" not in found


def test_a_word_at_the_same_rate_everywhere_has_no_association() -> None:
    """However unequal the categories are in size; a word seen in the large one alone leans to it."""
    documents = [Document(i, ("even",) if i % 10 == 0 else ("x",), int(i >= 900)) for i in range(1000)]
    documents.append(Document(1000, ("once",), 0))
    found = associations(documents, 2)
    np.testing.assert_allclose(found["even"], 0, atol=1e-3)
    assert found["once"][0] > 0 > found["once"][1]


def test_a_category_without_documents_takes_no_part() -> None:
    """Its association is zero, and the others are as if it did not exist."""
    two, three = associations(DOCUMENTS, 2), associations(DOCUMENTS, 3)
    for form, values in two.items():
        np.testing.assert_allclose(three[form], [*values, 0])
    assert associations([], 2) == {}


def test_the_most_telling_words_lead_and_stop_words_come_last() -> None:
    """Two occurrences on one side beat one; a word of both sides scores nothing; words without a vector are out."""
    source = Embeddings(["flu", "goal", "the"], np.eye(3, dtype=np.float32))
    target = Embeddings(["gripe"], np.ones((1, 3), dtype=np.float32))
    examples = [Example(document, Language.SOURCE) for document in DOCUMENTS[:4]]
    ranked = rank_associated(examples, 2, BilingualEmbeddings(source, target), "log-odds")
    assert [item.word.form for item in ranked] == ["flu", "goal", "the"]
    assert ranked[0].score == pytest.approx((np.log(3 / 4) - np.log(1 / 4)) * np.sqrt(2))
    assert (ranked[0].document_frequency, ranked[2].score) == (2, 0)


def test_the_likelihood_ratio_is_that_of_the_contingency_table() -> None:
    """Against SciPy's G test of each word's table, less what chance gives, times the inverse document frequency."""
    rng = np.random.default_rng(0)
    words = [f"w{n}" for n in range(20)]
    rates = rng.uniform(0.1, 0.9, (3, 20))
    documents = [
        Document(i, tuple(w for w, rate in zip(words, rates[i % 3], strict=True) if rng.random() < rate), i % 3)
        for i in range(90)
    ]
    counted = DocumentCounts.of(documents, 3)
    for counts, score in zip(counted.counts, counted.excess(), strict=True):
        g2 = chi2_contingency([counts, counted.totals - counts], correction=False, lambda_="log-likelihood").statistic
        assert score == pytest.approx(max(g2 - 2, 0) * np.log(90 / counts.sum()), abs=1e-9)
    everywhere = DocumentCounts.of([Document(i, ("the",), i % 3) for i in range(9)], 4)
    assert everywhere.excess().tolist() == [0]


def test_one_category_says_nothing_about_words() -> None:
    """Exactly nothing: what rounding leaves would make every word a keyword."""
    for n in range(2, 40):
        documents = [Document(i, ("a",) if i % 3 else ("a", "b"), 0) for i in range(n)]
        assert DocumentCounts.of(documents, 2).excess().tolist() == [0, 0]


def test_stop_words_do_not_lead_among_many_categories() -> None:
    """Thirty words that occur in any half of the documents come after a rare one that belongs to one category."""
    rng = np.random.default_rng(0)
    stop_words = [f"w{n}" for n in range(30)]
    documents = [
        Document(
            i, (*[w for w in stop_words if rng.random() < 0.5], *(["atoms"] if i % 7 == 4 and i < 40 else [])), i % 7
        )
        for i in range(200)
    ]
    side = Embeddings([*stop_words, "atoms"], np.eye(31, dtype=np.float32))
    embeddings = BilingualEmbeddings(side, Embeddings((), np.zeros((0, 31), dtype=np.float32)))
    examples = [Example(document, Language.SOURCE) for document in documents]
    forms: tuple[CountedForm, ...] = ("log-likelihood", "log-odds")
    by_likelihood, by_odds = ([s.word.form for s in rank_associated(examples, 7, embeddings, form)] for form in forms)
    assert by_likelihood[0] == "atoms"
    assert by_odds[0] != "atoms"


def test_languages_are_counted_apart() -> None:
    """The same string in both languages is two words."""
    side = Embeddings(["flu"], np.ones((1, 3), dtype=np.float32))
    examples = [Example(DOCUMENTS[0], Language.SOURCE), Example(DOCUMENTS[2], Language.SOURCE)]
    examples += [Example(Document(9, ("flu",), 0), Language.TARGET), Example(Document(10, ("x",), 1), Language.TARGET)]
    ranked = rank_associated(examples, 2, BilingualEmbeddings(side, side), "log-likelihood")
    assert {item.word for item in ranked} == {Word(Language.SOURCE, "flu"), Word(Language.TARGET, "flu")}
    assert all(item.document_frequency == 1 for item in ranked)
