"""Vectors as the commands take and give them: the options that name them, opened, written, and converted."""

from pathlib import Path
from typing import Annotated

import typer

from clime_core.data.embedding_store import TEXT_ENDINGS, open_embeddings, save_embeddings
from clime_core.data.embeddings import Embeddings
from clime_core.data.vec_file import OnBad, write_vec
from clime_core.model.device import Device
from clime_core.progress import Progress
from ml_backend.cli.terminal import bars, say, warn

app = typer.Typer(add_completion=False)

SrcEmb = Annotated[
    Path, typer.Option("--src-emb", "--src", help="Source vectors: .vec, .vec.gz or a folder of `clime binarize`.")
]
TgtEmb = Annotated[Path, typer.Option("--tgt-emb", "--tgt", help="Target vectors, likewise.")]
OnDevice = Annotated[Device, typer.Option("--device", help="Where to compute.")]
Threads = Annotated[int, typer.Option("--threads", min=1, help="CPU threads.")]
Bad = Annotated[OnBad, typer.Option("--on-bad", help="Bad lines of vectors: refuse the file, or skip and count them.")]
Candidates = Annotated[
    int, typer.Option("--candidates", min=1, help="Neighbours are sought among so many first words a language.")
]
OutTgt = Annotated[Path, typer.Option("--out", "--out-tgt", help="Target vectors to write: .vec, .vec.gz or folder.")]


@app.command()
def binarize(
    vectors: Annotated[Path, typer.Argument(help="word2vec text, .vec or .vec.gz.")],
    out: Annotated[Path, typer.Argument(help="Folder to write.")],
    on_bad: Bad = "refuse",
) -> None:
    """Convert word vectors from text into a folder that opens in milliseconds."""
    with bars() as progress:
        embeddings = open_vectors(vectors, progress, on_bad)
        save_embeddings(out, embeddings)
    say(f"{out}: {len(embeddings):,} words, {embeddings.dim} dimensions")


@app.command("export-vec")
def export_vec(
    embeddings: Annotated[Path, typer.Argument(help="Folder made by clime.")],
    out: Annotated[Path, typer.Argument(help="Text file to write, .vec or .vec.gz.")],
) -> None:
    """Convert a folder of vectors back into word2vec text."""
    with bars() as progress:
        write_vec(out, open_vectors(embeddings, progress), progress)
    say(f"{out}: written")


def open_vectors(path: Path, progress: Progress, on_bad: OnBad = "refuse") -> Embeddings:
    """The vectors of a file or folder; what was left out of it is shown."""
    embeddings, report = open_embeddings(path, progress, on_bad=on_bad)
    if report is not None and report.duplicates:
        warn(f"{path}: {report.duplicates} repeated words left out, the first of each counts")
    if report is not None and report.skipped:
        warn(f"{path}: {report.skipped} bad lines left out, such as: {'; '.join(report.first_problems)}")
    return embeddings


def save_vectors(path: Path, embeddings: Embeddings, progress: Progress) -> None:
    """Text where the name ends as one of text does, a folder otherwise."""
    if path.name.endswith(TEXT_ENDINGS):
        write_vec(path, embeddings, progress)
    else:
        save_embeddings(path, embeddings)
    say(f"{path}: {len(embeddings):,} words, {embeddings.dim} dimensions")
