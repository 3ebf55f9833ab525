"""Contexts of words in documents."""

from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.documents import Document
from clime_core.model.words.concordance import Concordance, Context

WORDS = ("the", "clinic", "is", "open", "the", "clinic", "helps")
DOCUMENTS = (Document(1, WORDS), Document("b", ("a", "clinic")), Document(3, ("no", "match")))


def test_contexts_come_from_different_documents_first() -> None:
    """One occurrence of each document before a second one of any."""
    found = Concordance(DOCUMENTS).contexts("clinic", most=3)
    assert [context.document_id for context in found] == [1, "b", 1]
    assert found[1] == Context("a", "clinic", "", "b")


def test_width_cuts_and_says_so() -> None:
    """An ellipsis stands where the document goes on, and nowhere else."""
    concordance = Concordance(DOCUMENTS)
    assert concordance.contexts("open", width=2) == [Context("… clinic is", "open", "the clinic …", 1)]
    assert concordance.contexts("the", most=1, width=1) == [Context("", "the", "clinic …", 1)]
    assert concordance.contexts("helps", most=1, width=1) == [Context("… clinic", "helps", "", 1)]


def test_html_is_escaped_and_the_word_is_bold() -> None:
    """Nothing in a document can become markup."""
    document = Document(1, ("<script>", "a&b", '"x"', "clinic"))
    html = Concordance([document]).html("a&b")
    assert html == '<p dir="auto">&lt;script&gt; <b>a&amp;b</b> &quot;x&quot; clinic</p>'


def test_unknown_words_have_no_context() -> None:
    """A word that does not occur has no contexts and no HTML."""
    assert Concordance(DOCUMENTS).contexts("hospital") == []
    assert Concordance(DOCUMENTS).html("hospital") == ""
    assert Concordance([]).contexts("clinic") == []
    assert Concordance(DOCUMENTS).contexts("clinic", most=0) == []


@given(
    texts=st.lists(st.lists(st.sampled_from("abc"), max_size=12), max_size=5),
    most=st.integers(0, 6),
    width=st.integers(0, 4),
)
def test_contexts_are_what_stands_around_the_word(texts: list[list[str]], most: int, width: int) -> None:
    """As many contexts as there are occurrences, up to the limit, each a stretch of its document."""
    documents = [Document(number, tuple(text)) for number, text in enumerate(texts)]
    found = Concordance(documents).contexts("a", most, width)
    assert len(found) == min(most, sum(text.count("a") for text in texts))
    for context in found:
        around = f"{context.left} {context.word} {context.right}".replace("…", "").split()
        assert " ".join(around) in " ".join(texts[int(context.document_id)])
        assert len(around) <= 2 * width + 1
