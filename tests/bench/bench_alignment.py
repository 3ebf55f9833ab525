"""Alignment on real vectors: precision by method beside the figures their makers report; and the speed of CSLS.

Wants a folder of language pairs in the variable CLIME_BENCH_PAIRS, each with `en.vec.gz`, `<xx>.<method>.vec.gz`,
`dictionary.tsv`, `dictionary_mined.tsv` with scores, `dictionary_heldout.txt` (source words to test by) and
`embedding_report.json`. Without it only the speed is measured.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from scipy.stats import binomtest

from clime_core.alignment.alignment import AlignSettings, align
from clime_core.alignment.induction import induce
from clime_core.alignment.linear_map import CcaSettings
from clime_core.alignment.rcsls import RcslsSettings
from clime_core.data.bilingual_dictionary import Pair, read_entries
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.vec_file import read_vec
from clime_core.model.device import resolve_device, threads
from clime_core.model.words.similarity import mean_similarity

LEAST_SCORE = 0.2  # leaves 7,846 pairs of en-sw-news, the report's 7,866 nearly
WORDS, DIM, SLICE = 200_000, 300, 2_048
SETTINGS = {
    "procrustes": AlignSettings("procrustes"),
    "procrustes, iterative": AlignSettings("procrustes", "iterative"),
    "cca": AlignSettings("cca"),
    "cca, iterative": AlignSettings("cca", "iterative"),
    "cca, unweighted": AlignSettings("cca", cca=CcaSettings(weighted=False)),
    "rcsls": AlignSettings("rcsls"),
    "rcsls, iterative": AlignSettings("rcsls", "iterative"),
    "rcsls, spectral": AlignSettings("rcsls", rcsls=RcslsSettings(spectral=True)),
}


def main() -> None:
    """Print one table a file of vectors."""
    with threads(1):
        speed()
        root = os.environ.get("CLIME_BENCH_PAIRS")
        if not root or not Path(root).is_dir():
            print("precision: skipped, CLIME_BENCH_PAIRS names no folder of language pairs")
            return
        for folder in sorted(path.parent for path in Path(root).glob("*/en.vec.gz")):
            pair(folder)


def speed() -> None:
    """CSLS of 200k x 200k x 300: a slice of the target words against all source words, extrapolated."""
    place = resolve_device("auto")
    draw = torch.Generator().manual_seed(0)
    words = torch.nn.functional.normalize(torch.randn(WORDS, DIM, generator=draw)).to(place)
    mean_similarity(words[:SLICE], words, 10, what="")
    start = time.perf_counter()
    mean_similarity(words[:SLICE], words, 10, what="").cpu()
    ours = time.perf_counter() - start
    start = time.perf_counter()
    for part in torch.split(words[:SLICE], 512):
        float((part @ words.T).sum())
    bare = time.perf_counter() - start
    whole = ours * WORDS / SLICE
    print(f"CSLS neighbourhoods of {WORDS:,} words in {WORDS:,}, {place.type}, one thread: {whole:.0f} s (extrapolated")
    print(f"from {SLICE:,}), {ours / bare:.1f} times the bare product")


def pair(folder: Path) -> None:
    """As given, and aligned again by each method; only then is it known that a figure is the method's."""
    report = json.loads((folder / "embedding_report.json").read_text())
    tested = set((folder / "dictionary_heldout.txt").read_text(encoding="utf-8").split("\n")) - {""}
    people = read_entries(folder / "dictionary.tsv")
    mined = [entry for entry in read_entries(folder / "dictionary_mined.tsv") if (entry.score or 0) >= LEAST_SCORE]
    pairs = [entry.pair for entry in (*people, *mined) if entry.source not in tested]
    gold = [entry.pair for entry in people if entry.source in tested]
    source = read_vec(folder / "en.vec.gz")[0]
    for path in sorted(folder.glob("*.*.vec.gz")):
        target = read_vec(path)[0]
        print(f"\n{folder.name}, {path.name}: {len(source):,} x {len(target):,} words of {source.dim} dimensions")
        print(
            f"{'what':24}{'words':>6}{'P@1 csls':>10}{'95 %':>14}{'P@5 csls':>10}{'P@1 cos':>9}{'P@5 cos':>9}{'s':>7}"
        )
        for name, embeddings, seconds in spaces(source, target, pairs):
            print(f"{name:24}{precision(embeddings, gold)}{seconds:7.1f}", flush=True)
        for name, made in report.items():
            if isinstance(made, dict):
                figures = [100 * made[key] for key in ("P@1_csls", "P@5_csls", "P@1_cos", "P@5_cos")]
                print(f"reported: {name}, n = {made['n']}: " + " / ".join(f"{figure:.1f}" for figure in figures))


def spaces(
    source: Embeddings, target: Embeddings, pairs: list[Pair]
) -> Iterator[tuple[str, BilingualEmbeddings, float]]:
    """Both languages as given and by each method, with the seconds that it took."""
    yield "as given", BilingualEmbeddings(source, target), 0.0
    for name, settings in SETTINGS.items():
        start = time.perf_counter()
        aligned = align(source, target, pairs, settings).embeddings
        yield name, aligned, time.perf_counter() - start


def precision(embeddings: BilingualEmbeddings, gold: list[Pair]) -> str:
    """Percentages, the first with its interval (Wilson)."""
    csls, cosine = (induce(embeddings, gold, measure) for measure in ("csls", "cosine"))
    interval = binomtest(round(csls.precision[1] * csls.words), csls.words).proportion_ci(method="wilson")
    ends = f"{100 * interval.low:.1f} to {100 * interval.high:.1f}"
    first, fifth, one, five = (100 * np.array([*csls.precision.values(), *cosine.precision.values()])).tolist()
    return f"{csls.words:6}{first:10.1f}{ends:>14}{fifth:10.1f}{one:9.1f}{five:9.1f}"


if __name__ == "__main__":
    main()
