"""Tests of words' association with categories."""

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.model.bases.examples import Example
from clime_core.model.words.association import associations, rank_associated

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
    ranked = rank_associated(examples, 2, BilingualEmbeddings(source, target))
    assert [item.word.form for item in ranked] == ["flu", "goal", "the"]
    assert ranked[0].score == pytest.approx((np.log(3 / 4) - np.log(1 / 4)) * np.sqrt(2))
    assert (ranked[0].document_frequency, ranked[2].score) == (2, 0)


def test_languages_are_counted_apart() -> None:
    """The same string in both languages is two words."""
    side = Embeddings(["flu"], np.ones((1, 3), dtype=np.float32))
    examples = [Example(DOCUMENTS[0], Language.SOURCE), Example(DOCUMENTS[2], Language.SOURCE)]
    examples += [Example(Document(9, ("flu",), 0), Language.TARGET), Example(Document(10, ("x",), 1), Language.TARGET)]
    ranked = rank_associated(examples, 2, BilingualEmbeddings(side, side))
    assert {item.word for item in ranked} == {Word(Language.SOURCE, "flu"), Word(Language.TARGET, "flu")}
    assert all(item.document_frequency == 1 for item in ranked)
