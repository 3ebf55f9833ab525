"""Documents: tokenised texts with an identity and perhaps a label."""

from dataclasses import dataclass

DocumentId = int | str


@dataclass(frozen=True)
class Document:
    """One text. `label` is the index of its category (from 0), or None where nobody has said."""

    id: DocumentId
    tokens: tuple[str, ...]
    label: int | None = None
    text: str | None = None

    @property
    def shown(self) -> str:
        """What a person reads: the raw text if there is one, else the tokens."""
        return self.text if self.text is not None else " ".join(self.tokens)
