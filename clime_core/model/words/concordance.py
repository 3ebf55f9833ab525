"""Concordance: where a word occurs, so that a person can see what it means here."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from clime_core.data.documents import Document, DocumentId


@dataclass(frozen=True)
class Context:
    """One occurrence: the word as it stands in the document, with the tokens before and after it."""

    left: str
    word: str
    right: str
    document_id: DocumentId


@dataclass(frozen=True, eq=False)
class Concordance:
    """The contexts of every word of some documents. The index is built once, at the first question."""

    documents: Sequence[Document]

    @cached_property
    def _places(self) -> dict[str, dict[int, list[int]]]:
        """Word to document number to token positions, all in order."""
        places: dict[str, dict[int, list[int]]] = {}
        for number, document in enumerate(self.documents):
            for position, token in enumerate(document.tokens):
                places.setdefault(token, {}).setdefault(number, []).append(position)
        return places

    def contexts(self, form: str, most: int = 3, width: int = 8) -> list[Context]:
        """At most `most` contexts of `width` tokens to each side; empty for a word that does not occur.

        The first occurrence in each document comes first, then the second ones, and so on, so that the
        contexts are from different documents as far as possible.
        """
        ranked = (
            (turn, number, position)
            for number, positions in self._places.get(form, {}).items()
            for turn, position in enumerate(positions)
        )
        return [self._context(number, at, width) for _, number, at in sorted(ranked)[: max(most, 0)]]

    def html(self, form: str, most: int = 3, width: int = 8) -> str:
        """The contexts as HTML, one `<p>` each with the word in `<b>`; everything from the documents escaped.

        `dir="auto"` lets the browser write right-to-left scripts the right way round.
        """
        return "".join(
            f'<p dir="auto">{escape(context.left)} <b>{escape(context.word)}</b> {escape(context.right)}</p>'
            for context in self.contexts(form, most, width)
        )

    def _context(self, number: int, position: int, width: int) -> Context:
        """The tokens around one place; an ellipsis where the document goes on."""
        document = self.documents[number]
        tokens, start, end = document.tokens, max(position - width, 0), position + 1 + width
        left, right = tokens[start:position], tokens[position + 1 : end]
        return Context(
            left=" ".join((("…",) if start else ()) + left),
            word=tokens[position],
            right=" ".join(right + (("…",) if end < len(tokens) else ())),
            document_id=document.id,
        )
