"""The demo: a Label Studio, the backend and a small English-Spanish campaign, all on this machine."""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from clime_core.alignment.alignment import read_dictionary
from clime_core.data.language import Language
from clime_core.errors import ExchangeError
from clime_core.simulation.annotator import Habits, SimulatedAnnotator
from clime_core.simulation.annotator_knowledge import Knowledge, read_gold, read_word_counts
from ml_backend.auth import write_private
from ml_backend.demo.corpus import CATEGORIES, write_corpus
from ml_backend.label_studio.annotator_client import Login
from ml_backend.label_studio.local_server import LocalLabelStudio, free_port

OWNER = "demo@example.com"
ANNOTATOR = "simulated@example.com"
MINUTES = 30.0


@dataclass(frozen=True)
class DemoState:
    """What the demo needs again at its next start."""

    label_studio_port: int
    backend_port: int
    password: str
    token: str


def open_demo(folder: Path, program: Path) -> DemoState:
    """The demo in this folder, made at the first call: corpus, ports, password and token."""
    path = folder / "demo.json"
    if not path.is_file():
        write_corpus(folder / "corpus")
        state = DemoState(free_port(8080), free_port(9090), secrets.token_urlsafe(9), secrets.token_hex(20))
        write_private(path, json.dumps(asdict(state), indent=1))
        return state
    state = DemoState(**json.loads(path.read_text()))
    label_studio_of(state, program, folder).stop_orphan()
    for name, port in (("Label Studio", state.label_studio_port), ("the backend", state.backend_port)):
        if free_port(port) != port:
            raise ExchangeError(
                f"port {port}, which {name} of the demo in {folder} uses, is taken;"
                f" stop the demo if it is running already. Else stop the program that uses the port, or remove"
                f" {folder} to begin again"
            )
    return state


def label_studio_of(state: DemoState, program: Path, folder: Path) -> LocalLabelStudio:
    """The demo's Label Studio server, not yet started."""
    owner = Login(OWNER, state.password)
    return LocalLabelStudio(
        program.resolve(), (folder / "label-studio").resolve(), state.label_studio_port, owner, state.token
    )


def write_campaign(folder: Path, state: DemoState, minutes: float | None) -> Path:
    """The demo's campaign file, a small example of its kind; written once, then only its budget if one is given."""
    write_private(folder / "token", state.token)
    path = folder / "campaign.toml"
    if not path.is_file():
        path.write_text(_CAMPAIGN.format(port=state.label_studio_port, minutes=minutes or MINUTES), encoding="utf-8")
    elif minutes is not None:  # the rest of the file may have been changed by hand
        text = re.sub(r"(?m)^budget_minutes = .*$", f"budget_minutes = {minutes:g}", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    return path


def simulated_annotator(folder: Path, seed: int = 0) -> SimulatedAnnotator:
    """A simulated annotator who knows the demo's two languages."""
    corpus = folder / "corpus"
    return annotator_from_files(
        dictionaries=[corpus / "dictionary.tsv"],
        gold=corpus / "pool_gold.jsonl",
        counts={Language.SOURCE: corpus / "annotator.en.tsv", Language.TARGET: corpus / "annotator.es.tsv"},
        categories=CATEGORIES,
        seed=seed,
    )


def annotator_from_files(
    dictionaries: list[Path],
    gold: Path,
    counts: dict[Language, Path],
    categories: tuple[str, ...],
    seed: int = 0,
    habits: Habits | None = None,
) -> SimulatedAnnotator:
    """A simulated annotator; `categories` name the columns of the counts in the order of the campaign's."""
    pairs = [pair for path in dictionaries for pair in read_dictionary(path)]
    word_counts = {language: read_word_counts(path, categories) for language, path in counts.items()}
    knowledge = Knowledge(pairs, word_counts, read_gold(gold))
    return SimulatedAnnotator(knowledge, len(categories), habits or Habits(), seed)


_CAMPAIGN = """\
name = "demo"

[label_studio]
url = "http://127.0.0.1:{port}"
token_file = "token"

[languages]
source = {{ name = "English" }}
target = {{ name = "Spanish" }}

[task]
categories = ["other", "health"]
question = "Is this text about health?"
word_question = "Which of these words speak for the same category as this one?"

[data]
source_vectors = "corpus/en.vec"
target_vectors = "corpus/es.vec"
train = "corpus/train.jsonl"
pool = "corpus/pool.jsonl"
test = "corpus/test.jsonl"

[work]
budget_minutes = {minutes:g}
clock = false  # the simulated annotator says how long a task took and submits at once
"""
