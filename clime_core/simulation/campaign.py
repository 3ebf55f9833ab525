"""A simulated campaign: sessions of a simulated annotator with the round between them that a real campaign runs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language
from clime_core.data.marks import Mark
from clime_core.errors import DataError
from clime_core.model.bases.replacements import replacements_of
from clime_core.round.campaign_round import RoundInputs, RoundResult, RoundSettings, Trained, run_round
from clime_core.round.candidates import candidate_rows, tokens_of
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.gain_period import OpenPeriod
from clime_core.simulation.annotator import Habits, SimulatedAnnotator
from clime_core.simulation.condition import Condition, Effort
from clime_core.simulation.control import Control, ControlContext
from clime_core.simulation.data_folder import Setting
from clime_core.simulation.score import Score, score
from clime_core.simulation.work import Point, SimulatedWork


@dataclass(frozen=True, eq=False)
class Start:
    """The first round, before any answer, which the runs of one setting, recipe and seed share."""

    setting: Setting
    inputs: RoundInputs
    settings: RoundSettings
    seed: int
    shares: tuple[float, ...] | None
    result: RoundResult
    point: Point

    @classmethod
    def of(
        cls,
        setting: Setting,
        settings: RoundSettings,
        seed: int,
        keywords: int,
        shares: tuple[float, ...] | None,
        reuse: Trained | None = None,
        screens: int = 0,
    ) -> "Start":
        """Run the first round. At least `keywords` words are ranked, and so many `screens` put together.

        `reuse`: another recipe's classifier of the setting, taken where this one would come out the same.
        """
        extended = replace(
            settings,
            keywords=max(settings.keywords, keywords),
            review=replace(settings.review, screens=max(settings.review.screens, screens)),
        )
        inputs = RoundInputs(
            setting.embeddings, len(setting.categories), setting.train, setting.pool, test=setting.test,
            dictionary=setting.translations if settings.predictor.words.dictionary else None,
            replacements=replacements_of(setting.machine.dictionary) if settings.classifier.transformer else {},
        )  # fmt: skip
        start = time.perf_counter()
        result = run_round(inputs, extended, _first_seed(seed, settings), device="cpu", reuse=reuse)
        point = Point(0, 0.0, 0, 0, 0, 0, 0, 0, _scored(result, inputs, shares), time.perf_counter() - start)
        return cls(setting, inputs, extended, seed, shares, result, point)


@dataclass(frozen=True, eq=False)
class Simulation:
    """A finished run: its points, all marks and labels, and notes for a person."""

    points: tuple[Point, ...]
    marks: tuple[Mark, ...]
    labels: dict[DocumentId, int]
    notes: tuple[str, ...]


def simulate(start: Start, condition: Condition, control: Control, effort: Effort, habits: Habits) -> Simulation:
    """Run a campaign from its first round. The same arguments give the same result, times of computing apart.

    A session ends once its part of the effort is used, give or take the task in hand, or when no task is left, which is
    noted. Where the last task of the session before used it up, nothing is done, and there is no round.
    """
    if condition.policy is None:
        return Simulation((start.point,), (), {}, start.result.notes)
    annotator = SimulatedAnnotator(start.setting.knowledge, start.inputs.categories, habits, start.seed)
    settings = control.settings(start.settings)
    period = OpenPeriod(dict.fromkeys(Activity, 0.0), start.result.observation)
    context = _control_context(start)
    work = SimulatedWork(
        start.inputs, annotator, control, condition.policy, effort, context, start.shares, period,
        settings.review.words,
    )  # fmt: skip
    result, point = start.result, start.point
    if control.keywords_for_nothing:
        result, point = _prepared(work, settings, start, control.keywords_for_nothing)
    points, notes = [point], list(result.notes)
    for session in range(1, effort.sessions + 1):
        if not work.work(result, session):
            points.append(work.point(session, points[-1].score, 0.0))
            continue
        result = _round(work, settings, start, result.trained)
        seconds = sum(result.seconds.values())
        points.append(work.point(session, _scored(result, work.inputs, start.shares), seconds))
        notes += [f"session {session}: {note}" for note in result.notes]
    return Simulation(tuple(points), tuple(work.inputs.marks), dict(work.inputs.labels), (*notes, *work.notes))


def _prepared(work: SimulatedWork, settings: RoundSettings, start: Start, keywords: int) -> tuple[RoundResult, Point]:
    """The round after the machine has marked so many keywords in no time, and the point before the first minute."""
    work.mark_by_machine(start.result.keywords[:keywords])
    result = _round(work, settings, start, start.result.trained)
    return result, work.point(0, _scored(result, work.inputs, start.shares), sum(result.seconds.values()))


def _round(work: SimulatedWork, settings: RoundSettings, start: Start, trained: Trained) -> RoundResult:
    """The round after some work. Where a policy learns from what it gained, it is observed once there is enough."""
    observe = work.policy.experimental and work.period.is_long_enough(work.ledger)
    seed = _first_seed(start.seed, settings)
    result = run_round(work.inputs, settings, seed, device="cpu", reuse=trained, observe=observe)
    if observe:
        work.observe(result.observation)
    return result


def _first_seed(seed: int, settings: RoundSettings) -> int:
    """The seed of the first classifier: a round takes consecutive ones, and no two runs' may overlap."""
    return seed * settings.runs


def _scored(result: RoundResult, inputs: RoundInputs, shares: Sequence[float] | None) -> Score:
    labels = [document.label for document in inputs.test if document.label is not None]
    if result.test_probabilities is None:
        raise DataError("the test set has no labels, so that nothing can be measured: label all of its documents")
    return score(result.test_probabilities, labels, result.probabilities, shares)


def _control_context(start: Start) -> ControlContext:
    """The words that a round could show, sorted where they are those of the documents; the machine, seed, labels."""
    setting, candidates = start.setting, dict[Language, Sequence[str]]()
    for language in Language:
        documents, side = start.inputs.documents(language), setting.embeddings.side(language)
        rows = candidate_rows(tokens_of(documents), side, start.settings.neighbor_words)
        candidates[language] = side.words if rows is None else sorted(side.words[row] for row in rows.tolist())
    labels = sorted(setting.gold[document.id] for document in setting.pool)
    machine = SimulatedAnnotator(setting.machine, start.inputs.categories)
    return ControlContext(candidates, machine, start.seed, labels)
