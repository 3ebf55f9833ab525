"""A campaign that is well on its way, put into a store without Label Studio: for the page, its tests and benchmark.

The words are real, their vectors are made: a word and its translation share a concept, health words a topic. The
newest model version is made by a real round from what the store's annotations say; older ones are rows alone, as they
are once their files are pruned.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from sqlalchemy.orm import Session

from clime_core.data.documents import Document, write_documents
from clime_core.data.embedding_store import save_embeddings
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.labels import resolve_labels
from clime_core.data.language import Language, Word
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.round.campaign_round import RoundInputs, RoundSettings, run_round
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.gain_period import advance
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation
from ml_backend.label_studio.answers import document_result, word_result
from ml_backend.label_studio.task_data import (
    DocumentTask,
    ShownWord,
    WordTask,
    build_document_task,
    build_word_task,
    keywords_of,
)
from ml_backend.queue.time_budget import ledger_of
from ml_backend.rounds.inputs import campaign_readings
from ml_backend.rounds.new_version import NewVersion
from ml_backend.store.annotations import AnnotationState, reconcile
from ml_backend.store.campaigns import get_campaign, projects_of, save_campaign
from ml_backend.store.tables import DecisionRow, ProjectRow, RoundRow, RoundState, TaskRow, VersionRow, now
from ml_backend.store.versions import write_version

SERVER = "http://label-studio.example"
CATEGORIES = ("not health", "health")
DIM = 24
ROUND = RoundSettings(runs=1, classifier=ClassifierSettings(kind="lr"), keywords=12, neighbors=5)

LEXICON = (  # English, Tigrinya, Sinhala, whether it is about health
    ("doctor", "ሓኪም", "වෛද්‍යවරයා", True),
    ("hospital", "ሆስፒታል", "රෝහල", True),
    ("disease", "ሕማም", "රෝගය", True),
    ("vaccine", "ክታበት", "එන්නත", True),
    ("health", "ጥዕና", "සෞඛ්‍ය", True),
    ("virus", "ቫይረስ", "වෛරසය", True),
    ("blood", "ደም", "ලේ", True),
    ("fever", "ረስኒ", "උණ", True),
    ("nurse", "ነርስ", "හෙදිය", True),
    ("clinic", "ክሊኒክ", "සායනය", True),
    ("medicine", "መድሃኒት", "බෙහෙත්", True),
    ("epidemic", "ለበዳ", "වසංගතය", True),
    ("malaria", "ዓሶ", "මැලේරියාව", True),
    ("cholera", "ኮለራ", "කොලරාව", True),
    ("infant", "ሕፃን", "ළදරුවා", True),
    ("mother", "ኣደ", "මව", True),
    ("patient", "ሕሙም", "රෝගියා", True),
    ("surgery", "መጥባሕቲ", "ශල්‍යකර්මය", True),
    ("water", "ማይ", "ජලය", False),
    ("market", "ዕዳጋ", "වෙළඳපොළ", False),
    ("government", "መንግስቲ", "රජය", False),
    ("war", "ኲናት", "යුද්ධය", False),
    ("peace", "ሰላም", "සාමය", False),
    ("ball", "ኩዕሶ", "පන්දුව", False),
    ("game", "ጸወታ", "ක්‍රීඩාව", False),
    ("bank", "ባንክ", "බැංකුව", False),
    ("money", "ገንዘብ", "මුදල්", False),
    ("election", "ምርጫ", "මැතිවරණය", False),
    ("parliament", "ፓርላማ", "පාර්ලිමේන්තුව", False),
    ("education", "ትምህርቲ", "අධ්‍යාපනය", False),
    ("student", "ተማሃራይ", "ශිෂ්‍යයා", False),
    ("rain", "ዝናብ", "වැස්ස", False),
    ("farmer", "ሓረስታይ", "ගොවියා", False),
    ("road", "መንገዲ", "මාර්ගය", False),
    ("country", "ሃገር", "රට", False),
    ("people", "ህዝቢ", "ජනතාව", False),
    ("police", "ፖሊስ", "පොලිසිය", False),
    ("music", "ሙዚቃ", "සංගීතය", False),
    ("king", "ንጉስ", "රජු", False),
    ("house", "ቤት", "නිවස", False),
)
EN, TI, SI, HEALTH = range(4)


@dataclass(frozen=True)
class Filling:
    """How much has happened. `versions` 0 is a campaign before its first round.

    `minutes` is the budget, `offered` how many words the search of a word task offers, `evaluated` whether there is a
    test set, `modern` whether versions hold the facts that older climes did not write.
    """

    annotations: int = 75
    versions: int = 12
    annotators: Sequence[str] = ("selam@example.org", "dawit@example.org")
    minutes: float = 60.0
    overlap: int = 1
    offered: int = 40
    evaluated: bool = True
    modern: bool = True
    target: Literal["Tigrinya", "Sinhala"] = "Tigrinya"
    setup: Literal["mixed", "two-projects"] = "mixed"


def fill(installation: Installation, name: str = "health-tigrinya", filling: Filling | None = None) -> str:
    """Put the campaign into the installation's store and data folder; its name."""
    wanted = filling or Filling()
    made = _Made(wanted, installation.settings.data_dir / "files" / name)
    campaign = made.campaign(name)
    with installation.store.session() as session:
        row = save_campaign(session, name, campaign.model_dump(mode="json"))
        row.created_at = now() - 7_200
        for number, role in enumerate(("mixed",) if wanted.setup == "mixed" else ("documents", "words"), start=1):
            key = {"server": SERVER, "project": 10 * row.id + number, "created": 7}
            session.add(ProjectRow(campaign_id=row.id, role=role, **key))
        session.flush()
        _work(session, projects_of(session, row), made)
        _history(session, row.id, made)
    if wanted.versions:
        _publish(installation, name, made)
    return name


class _Made:
    """The words, documents and files of the campaign."""

    def __init__(self, filling: Filling, folder: Path) -> None:
        self.filling, self.folder, self.rng = filling, folder, np.random.default_rng(0)
        self.side = TI if filling.target == "Tigrinya" else SI
        self.embeddings = self._embeddings()
        self.train = tuple(self._document(i, EN, label=i % 2) for i in range(80))
        documents = max(120, filling.annotations + 4)
        self.pool = tuple(self._document(1_000 + i, self.side) for i in range(documents))
        self.test = tuple(self._document(900_000 + i, self.side, label=i % 2) for i in range(60))
        folder.mkdir(parents=True, exist_ok=True)
        save_embeddings(folder / "src", self.embeddings.source)
        save_embeddings(folder / "tgt", self.embeddings.target)
        for part in ("train", "pool", "test"):
            write_documents(folder / f"{part}.jsonl", getattr(self, part))

    def campaign(self, name: str) -> Campaign:
        """The campaign file."""
        files = {"source_vectors": "src", "target_vectors": "tgt", "train": "train.jsonl", "pool": "pool.jsonl"}
        files |= {"test": "test.jsonl"} if self.filling.evaluated else {}
        work = {"budget_minutes": self.filling.minutes, "overlap": self.filling.overlap, "setup": self.filling.setup}
        return Campaign.model_validate(
            {
                "name": name,
                "label_studio": {"url": SERVER},
                "languages": {"source": {"name": "English"}, "target": {"name": self.filling.target}},
                "task": {"categories": list(CATEGORIES)},
                "data": {key: str(self.folder / file) for key, file in files.items()},
                "work": {**work, "annotators": max(len(self.filling.annotators), self.filling.overlap)},
                "round": asdict(ROUND),
            }
        )

    def keyword(self, number: int) -> Word:
        """The keyword of a word task; after the words of the lexicon follow numbered ones."""
        again, place = divmod(number, 2 * len(LEXICON))
        language, column = (Language.SOURCE, EN) if place % 2 else (Language.TARGET, self.side)
        return Word(language, f"{LEXICON[place // 2][column]}{again or ''}")

    def neighbors(self, number: int, side: Language) -> list[Word]:
        """What the word task shows of one language: three words of the keyword's topic and two others."""
        column = EN if side is Language.SOURCE else self.side
        entry = LEXICON[number % (2 * len(LEXICON)) // 2]
        alike = [other for other in LEXICON if other[HEALTH] == entry[HEALTH] and other is not entry]
        unlike = [other for other in LEXICON if other[HEALTH] != entry[HEALTH]]
        chosen = [others[i] for others, n in ((alike, 3), (unlike, 2)) for i in self.rng.permutation(len(others))[:n]]
        return [Word(side, str(other[column])) for other in chosen]

    def topic(self, form: str) -> bool:
        """Whether a word is about health."""
        plain = form.rstrip("0123456789")
        return any(bool(entry[HEALTH]) for entry in LEXICON if plain in (entry[EN], entry[self.side]))

    def offered(self, side: Language) -> tuple[str, ...]:
        """The words of a language that a task's search offers."""
        column = EN if side is Language.SOURCE else self.side
        return tuple(f"{LEXICON[i % len(LEXICON)][column]}{i}" for i in range(self.filling.offered))

    def _document(self, number: int, column: int, label: int | None = None) -> Document:
        about = bool(number % 2) if label is None else bool(label)
        topical = [str(entry[column]) for entry in LEXICON if entry[HEALTH] == about]
        every = [str(entry[column]) for entry in LEXICON]
        tokens = [*self.rng.choice(topical, 7), *self.rng.choice(every, 9)]
        return Document(number, tuple(str(token) for token in tokens), label)

    def _embeddings(self) -> BilingualEmbeddings:
        concepts = self.rng.standard_normal((len(LEXICON), DIM))
        concepts[:, 0] += [2.5 if entry[HEALTH] else -2.5 for entry in LEXICON]
        sides = []
        for column, noise in ((EN, 0.2), (self.side, 1.1)):
            vectors = concepts + noise * self.rng.standard_normal(concepts.shape)
            words = [str(entry[column]) for entry in LEXICON]
            sides.append(Embeddings(words, vectors.astype(np.float32)))
        return BilingualEmbeddings(*sides)


def _work(session: Session, projects: Sequence[ProjectRow], made: _Made) -> None:
    """The tasks that were handed out and what annotators did with them, in turn; the last four tasks are open."""
    filling = made.filling
    done = filling.annotations // filling.overlap
    offered = (made.offered(Language.SOURCE), made.offered(Language.TARGET))
    states: dict[int, list[AnnotationState]] = {project.id: [] for project in projects}
    clock = dict.fromkeys(filling.annotators, now() - 7_000)
    for number in range(done + (4 if filling.versions else 0)):
        activity = Activity.DOCUMENTS if number % 3 == 1 else Activity.WORDS
        project = next(p for p in projects if p.role in ("mixed", activity))
        data = _task_data(made, number, activity, offered)
        row = TaskRow(project_id=project.id, key=data["key"], activity=activity, data=data, task=number + 1)
        row.rank = number / 1_000
        session.add(row)
        for turn in range(filling.overlap if number < done else 0):
            who = filling.annotators[(number + turn) % len(filling.annotators)]
            usual = 22.0 if activity is Activity.WORDS else 48.0
            seconds = float(usual * np.exp(0.35 * made.rng.standard_normal()))
            clock[who] += seconds + 3
            states[project.id].append(
                AnnotationState(
                    annotation=number * filling.overlap + turn + 1,
                    task=number + 1,
                    annotator=who,
                    result=_answer(made, data),
                    skipped=number % 29 == 28,
                    lead_time=round(seconds, 2),
                    created=clock[who],
                    updated=clock[who],
                )
            )
    session.flush()
    for project in projects:
        reconcile(session, project.id, states[project.id])


def _task_data(made: _Made, number: int, activity: Activity, offered: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """The task as it was released."""
    if activity is Activity.DOCUMENTS:
        document = made.pool[number]
        return build_document_task(DocumentTask(document.id, document.shown))
    keyword = made.keyword(number)
    sides = {
        side: tuple(ShownWord(word.form, f"… <b>{word.form}</b> …") for word in made.neighbors(number, side))
        for side in Language
    }
    return build_word_task(WordTask(keyword, sides[Language.SOURCE], sides[Language.TARGET], *offered))


def _answer(made: _Made, data: dict[str, Any]) -> list[dict[str, Any]]:
    """What an annotator said: right nine times of ten; words of the keyword's topic are similar."""
    wrong = made.rng.random() < 0.1
    if data["kind"] == "document":
        return document_result(CATEGORIES[(int(data["doc"][0]["id"]) + wrong) % 2])
    about = made.topic(data["word"][0]["keyword"])
    shown = [Word(side, item["word"]) for side in Language for item in data["word"][0][side.value]]
    marks = {word: made.topic(word.form) == about for word in shown if made.rng.random() > 0.15}
    return word_result(data, marks, {})


def _history(session: Session, campaign_id: int, made: _Made) -> None:
    """Rounds, decisions and all model versions but the newest."""
    filling = made.filling
    start = now() - 7_000
    for number in range(1, filling.versions + 1):
        at = start + 6_900 * number / filling.versions
        seconds = {"sync": 0.12, "settle": 0.01, "refine": 0.02, "train": 1.9, "fit": 0.4, "score": 0.1}
        seconds |= {"salience": 0.2, "neighbors": 0.1, "publish": 0.3}
        times = {"queued_at": at - 4, "started_at": at - 3, "ended_at": at}
        notes = ["2 of 312 marks are on words without a vector and pull nothing"] if number == filling.versions else []
        session.add(
            RoundRow(
                campaign_id=campaign_id,
                state=RoundState.DONE,
                reason="ANNOTATION_CREATED",
                seconds=seconds,
                notes=notes,
                version=number,
                **times,
            )
        )
        session.add(
            VersionRow(
                campaign_id=campaign_id,
                number=number,
                created_at=at,
                metrics=_metrics(filling, number),
                made_from=_made_from(filling, number),
            )
        )
    for number in range(min(12, filling.annotations)):
        words = number % 3 != 1
        key = f"w:tgt:{LEXICON[number][made.side]}" if words else f"d:{1_000 + number}"
        reason = "words are 31 s behind their share of 50%" if words else "documents are 12 s behind their share of 50%"
        session.add(
            DecisionRow(
                campaign_id=campaign_id,
                activity="words" if words else "documents",
                key=key,
                reason=reason,
                expected_seconds=24.0 if words else 52.0,
                decided_at=start + 500 * number,
            )
        )


def _metrics(filling: Filling, number: int) -> dict[str, Any]:
    if not filling.evaluated:
        return {}
    wobble = 0.012 * math.sin(2.4 * number)
    risen = 1 - math.exp(-3 * number / filling.versions)
    values = {"accuracy": 0.62 + 0.24 * risen + wobble, "macro_f1": 0.58 + 0.25 * risen + wobble}
    values["auc"] = 0.71 + 0.22 * risen + wobble / 2
    facts: dict[str, Any] = {**values, "n": 60}
    if filling.modern:
        facts["intervals"] = {name: [value - 0.06, min(1.0, value + 0.05)] for name, value in values.items()}
    return facts


def _made_from(filling: Filling, number: int) -> dict[str, Any]:
    share = number / filling.versions
    done = filling.annotations * share
    documents, words = round(done / 3), round(done * 2 / 3)
    seconds_by = {"documents": 48.0 * documents, "words": 22.0 * words}
    facts: dict[str, Any] = {
        "labels": documents,
        "marks": 8 * words,
        "keywords": words,
        "annotations": round(done),
        "seconds": sum(seconds_by.values()),
        "notes": [],
    }
    if filling.modern:
        facts |= {"seconds_by": seconds_by, "class_balance": [0.61 - 0.05 * share, 0.39 + 0.05 * share]}
        value = 0.05 * math.exp(-3 * share)
        gain = {"value": value, "low": value - 0.02, "high": value + 0.02, "measure": "held-out loss", "n": documents}
        period = {"seconds_by": {"documents": 96.0, "words": 88.0}, "gain": gain, "stability": 0.99 - 0.2 * (1 - share)}
        facts["stretch"] = period if number % 3 == 0 else None
    return facts


def _publish(installation: Installation, name: str, made: _Made) -> None:
    """The files of the newest model version, made by a round, and the pointer to it."""
    with installation.store.reading() as session:
        row = get_campaign(session, name)
        projects = projects_of(session, row)
    campaign = installation.campaign(row)
    campaign_data = campaign_data_of(installation, campaign, projects)
    readings = campaign_readings(installation, row, projects, reader="bench")
    asked = readings.keys
    labels, _ = campaign_data.document_labels(readings.labels)
    inputs = RoundInputs(
        campaign_data.embeddings,
        len(CATEGORIES),
        campaign_data.train,
        campaign_data.pool,
        resolve_labels(labels).labels,
        readings.marks,
        frozenset(document for key, document in campaign_data.by_key.items() if key in asked),
        frozenset(keywords_of(asked)),
        made.test,
    )
    result = run_round(inputs, ROUND, 0, device="cpu", observe=True)
    ledger = ledger_of(campaign, readings.visits)
    periods = advance(None, ledger, result.observation)
    version = NewVersion(campaign, campaign_data, inputs, "digest", ledger, result, *periods)
    write_version(installation.folder(row), made.filling.versions, version.write)
    with installation.store.session() as session:
        get_campaign(session, name).live_version = made.filling.versions
