"""What a rehearsal gained, as a Markdown report."""

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
    header = ("version", "minutes", "documents", "keywords", "marks", "accuracy %", "macro F1 %", "AUC %")
    rows = [
        (
            version["number"], f"{(version['seconds'] or 0) / 60:.1f}", version["labels"], version["keywords"],
            version["marks"],
            *(_percent(version.get(name)) for name in ("accuracy", "macro_f1", "auc")),
        )
        for version in versions
    ]  # fmt: skip
    return table(header, rows)


def _time(time: Mapping[str, Any]) -> str:
    rows = [
        (name, f"{part['seconds'] / 60:.1f}", f"{part['share']:.0%}", part["done"], part["skipped"])
        for name, part in time["activities"].items()
    ]
    rows.append(("in all", f"{time['spent'] / 60:.1f} of {time['budget'] / 60:.0f}", "", "", ""))
    return table(("activity", "minutes", "share wanted", "done", "skipped"), rows)


def _rounds(rounds: Iterable[Mapping[str, Any]]) -> str:
    step_seconds = [entry["seconds"] for entry in rounds if entry["state"] == "done" and entry["seconds"]]
    steps = list(dict.fromkeys(step for seconds in step_seconds for step in seconds))
    rows = [_row(step, [seconds.get(step, 0.0) for seconds in step_seconds]) for step in steps]
    rows.append(_row("in all", [sum(seconds.values()) for seconds in step_seconds]))
    return f"{len(step_seconds)} rounds; seconds of each step:\n\n" + table(("step", "median", "longest"), rows)


def _row(name: str, seconds: list[float]) -> tuple[str, str, str]:
    return name, f"{statistics.median(seconds or [0]):.2f}", f"{max(seconds or [0]):.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"
