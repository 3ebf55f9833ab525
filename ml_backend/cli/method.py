"""Commands that need no Label Studio; flags as in the README of the authors' code."""

import json
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer
from rich.table import Table

from clime_core.data.documents import Document, coverage, read_documents
from clime_core.data.embedding_store import save_embeddings
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.feedback_file import read_feedback
from clime_core.data.language import Language, Word
from clime_core.data.marks import resolve
from clime_core.errors import DataError, VocabularyError
from clime_core.evaluation.metrics import Metrics, evaluate
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example
from clime_core.model.device import threads
from clime_core.model.refinement.refine import refine
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.model.words.neighbors import nearest
from clime_core.model.words.salience import rank_salient
from ml_backend.cli.terminal import bars, say, show, warn
from ml_backend.cli.vector_files import OnDevice, SrcEmb, TgtEmb, Threads, open_vectors

app = typer.Typer(add_completion=False)

RUN_FILE = "run.json"


@app.command("train")
def train_command(
    src_emb: SrcEmb,
    tgt_emb: TgtEmb,
    train_file: Annotated[Path, typer.Option("--train", help="Labelled source documents, JSON lines.")],
    test: Annotated[Path, typer.Option("--test", help="Labelled target documents, JSON lines.")],
    dev: Annotated[Path | None, typer.Option("--dev", help="Labelled target documents to choose the epoch by.")] = None,
    kind: Annotated[Literal["cnn", "dan", "lr"], typer.Option("--type", help="Kind of classifier.")] = "cnn",
    runs: Annotated[int, typer.Option("--runs", min=1, help="How many seeds.")] = 10,
    output: Annotated[Path | None, typer.Option("--output", help="Folder to save the classifiers in.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="The first seed.")] = 0,
    device: OnDevice = "auto",
    cpu_threads: Threads = 1,
) -> None:
    """Train on source documents, evaluate on target documents; mean accuracy over the seeds."""
    with bars() as progress, threads(1):
        embeddings = BilingualEmbeddings(open_vectors(src_emb, progress), open_vectors(tgt_emb, progress))
        documents, tests = read_documents(train_file), read_documents(test)
        n_categories = _categories([*documents, *tests], train_file)
        held_out = _examples(read_documents(dev), Language.TARGET, dev) if dev is not None else None
        seeds = range(seed, seed + runs)
        examples = _examples(documents, Language.SOURCE, train_file)
        classifier = train(
            embeddings, examples, n_categories, ClassifierSettings(kind=kind), seeds,
            dev=held_out, device=device, jobs=cpu_threads, progress=progress,
        )  # fmt: skip
        labels = [example.document.label or 0 for example in _examples(tests, Language.TARGET, test)]
        by_seed = [
            evaluate(_member(classifier, i).predict_proba(embeddings, tests, Language.TARGET), labels)
            for i in range(len(classifier.members))
        ]
        ensemble = evaluate(classifier.predict_proba(embeddings, tests, Language.TARGET), labels)
    covered = coverage(tests, embeddings.target)
    show(_results(by_seed, ensemble))
    say(f"{covered.share:.1%} of the test's tokens have a vector")
    if output is not None:
        classifier.save(output)
        run = {
            "src_emb": str(src_emb.resolve()),
            "tgt_emb": str(tgt_emb.resolve()),
            "train": str(train_file.resolve()),
        }
        (output / RUN_FILE).write_text(json.dumps(run, indent=1))
        say(f"{output}: saved")


@app.command()
def rank(
    model: Annotated[Path, typer.Argument(help="Folder saved by `clime train --output`.")],
    form: Annotated[
        Literal["sum-of-norms", "norm-of-sum"],
        typer.Option("--salience", help="sum-of-norms is the paper's eq. 2."),
    ] = "norm-of-sum",
    device: OnDevice = "auto",
    cpu_threads: Threads = 1,
) -> None:
    """Rank the words of the training documents by salience: `word<TAB>score`, the highest first."""
    run = _run_of(model)
    with bars() as progress, threads(cpu_threads):
        embeddings = BilingualEmbeddings(
            open_vectors(Path(run["src_emb"]), progress), open_vectors(Path(run["tgt_emb"]), progress)
        )
        train_file = Path(run["train"])
        examples = _examples(read_documents(train_file), Language.SOURCE, train_file)
        ranked = rank_salient(Classifier.load(model), embeddings, examples, form=form, device=device, progress=progress)
    for item in ranked:
        typer.echo(f"{item.word.form}\t{item.score:.6g}")


@app.command()
def neighbors(
    src_emb: SrcEmb,
    tgt_emb: TgtEmb,
    ranks: Annotated[Path, typer.Option("--rank", help="Ranked source words, as `clime rank` prints them.")],
    k: Annotated[int, typer.Option("-k", min=1, help="Neighbours in each language.")] = 5,
    limit: Annotated[int, typer.Option("--max", min=1, help="Keywords.")] = 50,
    device: OnDevice = "auto",
    cpu_threads: Threads = 1,
) -> None:
    """The nearest neighbours of the top keywords in both languages, one JSON line a keyword."""
    with bars() as progress, threads(cpu_threads):
        embeddings = BilingualEmbeddings(open_vectors(src_emb, progress), open_vectors(tgt_emb, progress))
        forms = [line.split("\t")[0] for line in _read(ranks).split("\n") if line]
        words = [Word(Language.SOURCE, form) for form in forms if form in embeddings.source][:limit]
        if not words:
            raise VocabularyError(f"{ranks}: none of its {len(forms)} words has a vector in {src_emb}")
        by_language = {language: nearest(embeddings, words, k, language, device=device) for language in Language}
    left_out = sum(form not in embeddings.source for form in forms[:limit])
    if left_out:
        warn(f"{left_out} of the first {limit} words have no vector and were left out")
    for i, word in enumerate(words):
        neighbors_shown = {
            language.value: [
                {"word": neighbor.word.form, "cosine": round(neighbor.similarity, 4)} for neighbor in rows[i]
            ]
            for language, rows in by_language.items()
        }
        typer.echo(json.dumps({"keyword": word.form, **neighbors_shown}, ensure_ascii=False))


@app.command("refine")
def refine_command(
    feedback: Annotated[Path, typer.Option("--feedback", help="Marks as CSV: keyword, timestamp, pos1, ..., new2.")],
    src_emb: SrcEmb,
    tgt_emb: TgtEmb,
    out_src: Annotated[Path, typer.Option("--out-src", help="Folder for the refined source vectors.")],
    out_tgt: Annotated[Path, typer.Option("--out-tgt", help="Folder for the refined target vectors.")],
    solver: Annotated[
        Literal["off", "closed", "degree", "adam"],
        typer.Option("--solver", help="adam is the paper's, with --steps."),
    ] = RefineSettings.solver,
    steps: Annotated[int, typer.Option("--steps", min=1, help="Steps of adam.")] = RefineSettings.steps,
    regularization: Annotated[float, typer.Option("--lambda", help="The paper's lambda.")] = 1.0,
    keep: Annotated[
        Literal["lengths", "directions", "nothing"],
        typer.Option("--keep", help="What touched vectors keep of before; nothing is the paper's."),
    ] = RefineSettings.keep,
    device: OnDevice = "auto",
    cpu_threads: Threads = 1,
) -> None:
    """Update word vectors by marks: similar pairs come closer, dissimilar ones move apart."""
    with bars() as progress, threads(cpu_threads):
        embeddings = BilingualEmbeddings(open_vectors(src_emb, progress), open_vectors(tgt_emb, progress))
        marks, report = read_feedback(feedback, embeddings.source, embeddings.target)
        settings = RefineSettings(solver=solver, regularization=regularization, steps=steps, keep=keep)
        refinement = refine(embeddings, resolve(marks).constraints, settings, device=device, progress=progress)
        refined = refinement.apply(embeddings)
        save_embeddings(out_src, refined.source)
        save_embeddings(out_tgt, refined.target)
    if report.unknown_marks:
        words = ", ".join(word.form for word in report.unknown[:5])
        warn(f"{report.unknown_marks} marks left out, their words have no vector: {words} ...")
    if report.unmarked_new:
        warn(f"{report.unmarked_new} added words carry no mark and were left out")
    result = refinement.report
    say(f"{result.used} marks changed {result.touched} vectors of {len(refined.source) + len(refined.target):,}")
    for name, before, after in (
        ("similar", result.similar_before, result.similar_after),
        ("dissimilar", result.dissimilar_before, result.dissimilar_after),
    ):
        if before is not None and after is not None:
            say(f"mean cosine of {name} pairs: {before:.3f} before, {after:.3f} after")
    if result.warning:
        warn(f"warning: {result.warning}")


def _examples(documents: tuple[Document, ...], language: Language, path: Path | None) -> list[Example]:
    unlabelled = sum(document.label is None for document in documents)
    if unlabelled:
        raise DataError(f"{path}: {unlabelled} of {len(documents)} documents have no label; label or remove them")
    return [Example(document, language) for document in documents]


def _categories(documents: list[Document], path: Path) -> int:
    labels = [document.label for document in documents if document.label is not None]
    if not labels:
        raise DataError(f"{path}: no document has a label")
    return max(labels) + 1


def _member(classifier: Classifier, index: int) -> Classifier:
    """The ensemble's one member of that index, as a classifier of its own."""
    parts = (classifier.settings, classifier.n_categories, classifier.dim, classifier.prior)
    return Classifier(*parts, (classifier.members[index],), classifier.report)


def _results(by_seed: list[Metrics], ensemble: Metrics) -> Table:
    table = Table("", "accuracy %", "macro F1 %", "AUC %", title=f"{ensemble.n} test documents, {len(by_seed)} runs")
    aucs = [metrics.auc for metrics in by_seed if metrics.auc is not None]
    percents = [
        (100 * np.array(values))
        for values in ([metrics.accuracy for metrics in by_seed], [metrics.macro_f1 for metrics in by_seed], aucs)
    ]
    table.add_row(
        "mean ± sd of runs",
        *(
            f"{values.mean():.1f} ± {values.std(ddof=len(values) > 1):.1f}" if len(values) else "–"
            for values in percents
        ),
    )
    auc = "–" if ensemble.auc is None else f"{100 * ensemble.auc:.1f}"
    table.add_row("all runs together", f"{100 * ensemble.accuracy:.1f}", f"{100 * ensemble.macro_f1:.1f}", auc)
    return table


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as text ({error}); name what `clime rank` printed") from error


def _run_of(model: Path) -> dict[str, str]:
    path = model / RUN_FILE
    if not path.is_file():
        raise DataError(f"{path}: no such file; name a folder saved by `clime train --output`")
    run: dict[str, str] = json.loads(path.read_text())
    return run
