"""results.json: every run of an experiment, with versions and settings."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clime_core.data.stream import writing
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.run_key import code_version, versions

FORMAT = 1


def results_json(experiment: Experiment, results: Results) -> dict[str, Any]:
    """Plain lists and numbers: versions, settings, and every run with every point."""
    return {
        "format": FORMAT,
        "code": code_version(),
        "versions": dict(versions()),
        "recipes": {name: asdict(settings) for name, settings in experiment.recipes.items()},
        "annotator": asdict(experiment.habits),
        "pool_shares": experiment.shares,
        "budget": asdict(experiment.budget),
        "planned": results.planned,
        "partial": results.stopped,
        "data": {files.place: files.stamp() for files in experiment.settings},
        "known": {place: known.as_json() for place, known in results.known.items()},
        "runs": [record.as_json() for record in results.records],
        "failures": [{"key": failure.key.as_json(), "error": failure.error} for failure in results.failures],
    }


def write_results(path: Path, experiment: Experiment, results: Results) -> None:
    """Write it whole or not at all."""
    with writing(path) as stream:
        stream.write(json.dumps(results_json(experiment, results), indent=1).encode())
