"""What a rehearsal bought, as a Markdown report."""

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from clime_core.simulation.report.markdown import table


def report(status: Mapping[str, Any]) -> str:
    """Accuracy and AUC by model version, time by activity, rounds and how long their steps took."""
    parts = ["### Model versions", _versions(status["versions"]), "### Time", _time(status["time"])]
    return "\n\n".join([*parts, "### Rounds", _rounds(status["rounds"])]) + "\n"


def gain(status: Mapping[str, Any]) -> str:
    """Before and after, in one sentence."""
    first, last = status["versions"][0], status["versions"][-1]
    if first.get("accuracy") is None:
        return "no accuracy: the campaign names no test documents"
    minutes = status["time"]["spent"] / 60
    auc = "" if first["auc"] is None else f", AUC {100 * first['auc']:.1f} % → {100 * last['auc']:.1f} %"
    return (
        f"accuracy {100 * first['accuracy']:.1f} % before, {100 * last['accuracy']:.1f} % after {minutes:.0f} minutes"
        f"{auc} (on {first['n']} test documents, {len(status['versions'])} model versions)"
    )


def _versions(versions: Iterable[Mapping[str, Any]]) -> str:
    head = ("version", "minutes", "documents", "keywords", "marks", "accuracy %", "macro F1 %", "AUC %")
    rows = [
        (
            v["number"], f"{(v['seconds'] or 0) / 60:.1f}", v["labels"], v["keywords"], v["marks"],
            *(_percent(v.get(name)) for name in ("accuracy", "macro_f1", "auc")),
        )
        for v in versions
    ]  # fmt: skip
    return table(head, rows)


def _time(time: Mapping[str, Any]) -> str:
    rows = [
        (name, f"{part['seconds'] / 60:.1f}", f"{part['share']:.0%}", part["done"], part["skipped"])
        for name, part in time["activities"].items()
    ]
    rows.append(("in all", f"{time['spent'] / 60:.1f} of {time['budget'] / 60:.0f}", "", "", ""))
    return table(("activity", "minutes", "share wanted", "done", "skipped"), rows)


def _rounds(rounds: Iterable[Mapping[str, Any]]) -> str:
    done = [r for r in rounds if r["state"] == "done" and r["seconds"]]
    steps = list(dict.fromkeys(step for r in done for step in r["seconds"]))
    rows = [_row(step, [r["seconds"].get(step, 0.0) for r in done]) for step in steps]
    rows.append(_row("in all", [sum(r["seconds"].values()) for r in done]))
    return f"{len(done)} rounds; seconds of each step:\n\n" + table(("step", "median", "longest"), rows)


def _row(name: str, seconds: list[float]) -> tuple[str, str, str]:
    return name, f"{statistics.median(seconds or [0]):.2f}", f"{max(seconds or [0]):.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"
