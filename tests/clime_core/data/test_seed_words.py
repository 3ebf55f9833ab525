"""What seed words say of documents."""

from clime_core.data.documents import Document
from clime_core.data.seed_words import seed_labels

POOL = [
    Document(1, ("doctors", "and", "fever")),
    Document(2, ("the", "goal", "of", "the", "doctor")),
    Document(3, ("high", "blood", "pressure")),
    Document(4, ("high", "hopes")),
    Document("5", ("goal", "match", "fever")),
]


def test_a_document_gets_the_category_of_most_of_its_seed_words() -> None:
    """A document that holds as many of two categories gets none, and is counted."""
    found = seed_labels(POOL, [["goal", "match"], ["fever", "doctor"]])
    assert found.labels == {1: 1, "5": 0}
    assert (found.counts, found.undecided, found.absent) == ((1, 1), 1, ())


def test_a_phrase_is_in_documents_that_hold_all_its_words() -> None:
    """In any case, with or without hyphens."""
    assert seed_labels(POOL, [[], ["High blood-pressure"]]).labels == {3: 1}


def test_a_word_that_no_document_has_reaches_longer_ones() -> None:
    """From four characters on; a word that documents have stands for itself alone."""
    assert seed_labels(POOL, [["matc"], ["doctor"]]).labels == {"5": 0, 2: 1}
    assert seed_labels(POOL, [["mat"], []]).absent == ("mat",)


def test_people_learn_what_was_found_and_what_is_of_no_use() -> None:
    """Documents by category, undecided ones, and words that are in no document."""
    found = seed_labels(POOL, [["goal"], ["fever", "zebra", "lion"]])
    assert list(found.notes(["sport", "health"])) == [
        "seed words are in 2 documents: 1 sport, 1 health; 1 hold as many of two categories, and count for none",
        "2 seed words are in no document of the pool: zebra, lion",
    ]
