"""Commands that bring vectors into one space: from raw ones and a word list."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from clime_core.alignment.alignment import Alignment, AlignSettings, Method, align
from clime_core.alignment.induction import Induction, induce
from clime_core.alignment.linear_map import CcaSettings
from clime_core.alignment.rcsls import RcslsSettings
from clime_core.alignment.retrofit import RetrofitSettings, retrofit
from clime_core.data.bilingual_dictionary import Pair, fits_muse, read_dictionary, read_entries, write_dictionary
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.normalize import Normalization
from clime_core.errors import DataError
from clime_core.model.device import Device, threads
from clime_core.progress import Progress
from ml_backend.cli.terminal import bars, say, show, warn
from ml_backend.cli.vector_files import (
    Bad,
    Candidates,
    OnDevice,
    OutTgt,
    SrcEmb,
    TgtEmb,
    Threads,
    open_vectors,
    save_vectors,
)

app = typer.Typer(add_completion=False)

Dictionaries = Annotated[
    list[Path],
    typer.Option("--dictionary", help="`source target` a line, or with tabs and perhaps a score. May be repeated."),
]
MinScore = Annotated[float | None, typer.Option("--min-score", help="Leave out pairs with a lower score.")]
Rows = list[tuple[str, Induction]]


@app.command("align")
def align_command(
    src_emb: SrcEmb,
    tgt_emb: TgtEmb,
    dictionary: Dictionaries,
    out: OutTgt,
    out_src: Annotated[Path | None, typer.Option("--out-src", help="Source vectors to write, if normalised.")] = None,
    method: Annotated[Method, typer.Option("--method", help="Kind of map.")] = "procrustes",
    normalize: Annotated[
        Normalization, typer.Option("--normalize", help="What to do to both languages first.")
    ] = "none",
    held_out: Annotated[
        Path | None, typer.Option("--held-out", help="Dictionary to measure by; its source words are not aligned by.")
    ] = None,
    min_score: MinScore = None,
    rank: Annotated[float, typer.Option("--rank", help="cca: share of the directions kept.")] = CcaSettings.rank,
    weighted: Annotated[bool, typer.Option(help="cca: directions count by their correlation.")] = CcaSettings.weighted,
    iterations: Annotated[int, typer.Option("--iterations", min=0, help="rcsls: steps.")] = RcslsSettings.iterations,
    rate: Annotated[float, typer.Option("--rate", help="rcsls: length of a step.")] = RcslsSettings.rate,
    spectral: Annotated[
        bool, typer.Option("--spectral", help="rcsls: the convex relaxation.")
    ] = RcslsSettings.spectral,
    batch: Annotated[int | None, typer.Option("--batch", min=1, help="rcsls: pairs a step; all if left out.")] = None,
    candidates: Candidates = RcslsSettings.candidates,
    seed: Annotated[int, typer.Option("--seed", help="rcsls with --batch: draws the pairs.")] = 0,
    on_bad: Bad = "refuse",
    device: OnDevice = "auto",
    cpu_threads: Threads = 1,
) -> None:
    """Bring raw target vectors into the source's space by a dictionary."""
    if normalize != "none" and out_src is None:
        raise DataError(f"--normalize {normalize} changes the source vectors too: say with --out-src where they go")
    settings = AlignSettings(
        method=method,
        normalization=normalize,
        cca=CcaSettings(rank=rank, weighted=weighted),
        rcsls=RcslsSettings(iterations=iterations, rate=rate, spectral=spectral, batch=batch, candidates=candidates),
    )
    tests = read_dictionary(held_out) if held_out is not None else ()
    pairs = _without(_pairs(dictionary, min_score), tests)
    rows: Rows = []
    with bars() as progress, threads(cpu_threads):
        source, target = (open_vectors(path, progress, on_bad) for path in (src_emb, tgt_emb))
        result = align(source, target, pairs, settings, seed=seed, device=device, progress=progress)
        if tests:
            if source.dim == target.dim:
                raw = BilingualEmbeddings(source, target)
                rows += _measured("before", raw, tests, candidates, device, progress)
            rows += _measured("after", result.embeddings, tests, candidates, device, progress)
        save_vectors(out, result.embeddings.target, progress)
        if out_src is not None:
            save_vectors(out_src, result.embeddings.source, progress)
    _show_alignment(result)
    if rows:
        show(_table(rows, held_out))


@app.command("induce")
def induce_command(
    src_emb: SrcEmb,
    tgt_emb: TgtEmb,
    dictionary: Dictionaries,
    candidates: Candidates = RcslsSettings.candidates,
    out: Annotated[
        Path | None, typer.Option("--out", help="File for each word's nearest translation by CSLS, in MUSE's format.")
    ] = None,
    on_bad: Bad = "refuse",
    device: OnDevice = "auto",
    cpu_threads: Threads = 1,
) -> None:
    """How often the translations in a dictionary, not used to align, are nearest: precision at 1 and 5."""
    pairs = _pairs(dictionary, None)
    with bars() as progress, threads(cpu_threads):
        embeddings = BilingualEmbeddings(*(open_vectors(path, progress, on_bad) for path in (src_emb, tgt_emb)))
        rows = _measured("as given", embeddings, pairs, candidates, device, progress)
    show(_table(rows, *dictionary))
    if out is not None:
        _write_pairs(out, rows[0][1].first)


@app.command("retrofit")
def retrofit_command(
    src_emb: SrcEmb,
    tgt_emb: TgtEmb,
    dictionary: Dictionaries,
    out_src: Annotated[Path, typer.Option("--out-src", help="Source vectors to write: .vec, .vec.gz or folder.")],
    out: OutTgt,
    pull: Annotated[
        float, typer.Option("--pull", help="Weight of a word's translations, against 1 for its own vector.")
    ] = RetrofitSettings.pull,
    renormalize: Annotated[bool, typer.Option(help="Keep the lengths of the vectors.")] = RetrofitSettings.renormalize,
    min_score: MinScore = None,
    on_bad: Bad = "refuse",
) -> None:
    """Draw the vectors of translations together, in vectors that share a space already."""
    pairs = _pairs(dictionary, min_score)
    with bars() as progress:
        embeddings = BilingualEmbeddings(*(open_vectors(path, progress, on_bad) for path in (src_emb, tgt_emb)))
        result = retrofit(embeddings, pairs, RetrofitSettings(pull, renormalize), progress=progress)
        save_vectors(out_src, result.embeddings.source, progress)
        save_vectors(out, result.embeddings.target, progress)
    if result.left_out:
        warn(f"{result.left_out:,} pairs left out, a word of theirs has no vector")
    say(f"{result.used:,} pairs changed {result.touched:,} vectors")
    say(f"mean cosine of translations: {result.cosine_before:.3f} before, {result.cosine_after:.3f} after")


def _write_pairs(path: Path, pairs: tuple[Pair, ...]) -> None:
    """What MUSE's format can carry of the pairs."""
    fitting = [pair for pair in pairs if fits_muse(pair)]
    if len(fitting) < len(pairs):
        warn(f"{len(pairs) - len(fitting):,} pairs left out of {path}: white space in a word does not fit its format")
    write_dictionary(path, fitting)
    say(f"{path}: {len(fitting):,} pairs")


def _pairs(paths: list[Path], min_score: float | None) -> tuple[Pair, ...]:
    """The pairs of all dictionaries; entries without a score stay whatever `min_score` is."""
    entries = [entry for path in paths for entry in read_entries(path)]
    kept = [entry for entry in entries if min_score is None or entry.score is None or entry.score >= min_score]
    if len(kept) < len(entries):
        warn(f"{len(entries) - len(kept):,} of {len(entries):,} pairs left out, their score is below {min_score:g}")
    return tuple(entry.pair for entry in kept)


def _without(pairs: tuple[Pair, ...], tests: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """The pairs whose source word is not tested."""
    tested = {source for source, _ in tests}
    kept = tuple(pair for pair in pairs if pair[0] not in tested)
    if len(kept) < len(pairs):
        warn(f"{len(pairs) - len(kept):,} of {len(pairs):,} pairs left out, their source words are held out")
    return kept


def _measured(
    moment: str,
    embeddings: BilingualEmbeddings,
    pairs: tuple[Pair, ...],
    candidates: int,
    device: Device,
    progress: Progress,
) -> Rows:
    """Precision by both measures."""
    return [
        (moment, induce(embeddings, pairs, measure, candidates=candidates, device=device, progress=progress))
        for measure in ("csls", "cosine")
    ]


def _show_alignment(result: Alignment) -> None:
    """Print what an alignment was made from."""
    if result.left_out:
        warn(f"{result.left_out:,} pairs left out, a word of theirs has no vector")
    say(f"aligned by {result.used:,} pairs")
    if result.losses:
        say(f"loss: {result.losses[0]:.4f} at the start, {min(result.losses):.4f} at its lowest")


def _table(rows: Rows, *dictionaries: Path | None) -> Table:
    """Precision at 1 and 5 in percent."""
    words, coverage = rows[0][1].words, rows[0][1].coverage
    names = ", ".join(str(path) for path in dictionaries)
    table = Table("", "by", "P@1 %", "P@5 %", title=f"{words:,} source words of {names} ({coverage:.0%} have vectors)")
    for moment, induction in rows:
        table.add_row(moment, induction.measure, *(f"{100 * induction.precision[k]:.1f}" for k in (1, 5)))
    return table
