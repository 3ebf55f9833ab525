"""The facts that stay as they are until somebody annotates, a version is made, or the campaign file changes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from clime_core.data.labels import resolve_labels
from clime_core.data.language import Word
from clime_core.data.marks import Mark
from clime_core.evaluation.gain import Gain
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.forecast import Forecast
from clime_core.scheduling.gain_period import ClosedPeriod
from clime_core.scheduling.schedule import MAX_FORECAST_TASKS, Schedule
from clime_core.scheduling.stopping import Advice, advice
from ml_backend.label_studio.readings import Readings
from ml_backend.queue.next_step import NextStep
from ml_backend.queue.review import acceptance_of
from ml_backend.status.agreement import AgreementFacts
from ml_backend.status.minutes import Time
from ml_backend.store.gain_periods import closed_periods
from ml_backend.store.rankings import Rankings
from ml_backend.store.tables import VersionRow

COUNTS = ("labels", "marks", "keywords", "seconds", "seconds_by", "class_balance")
"""What a version's row keeps of what it was made from."""

METRICS = ("accuracy", "macro_f1", "auc", "n", "intervals")
"""What it keeps of the test; nothing where there are no test documents."""

MAX_JUDGED = 40
"""Keywords that are listed as judged last."""


@dataclass(frozen=True)
class VersionFacts:
    """One model version.

    labels, marks, keywords: how many it was made from. seconds: of work until then. class_balance: shares of its
    predictions, by category. gain and stability (Cohen's kappa): of the gain period that it closed. accuracy, macro_f1
    and auc: on the `n` test documents, with 95 % intervals by name. None where a version does not know.
    """

    number: int
    live: bool
    at: float
    labels: int | None = None
    marks: int | None = None
    keywords: int | None = None
    seconds: float | None = None
    seconds_by: Mapping[str, float] | None = None
    class_balance: Sequence[float] | None = None
    gain: Gain | None = None
    stability: float | None = None
    accuracy: float | None = None
    macro_f1: float | None = None
    auc: float | None = None
    n: int | None = None
    intervals: Mapping[str, Sequence[float]] | None = None

    def measure(self, name: str) -> float | None:
        """One of `accuracy`, `macro_f1`, `auc` and `stability`."""
        value: float | None = getattr(self, name)
        return value

    def interval(self, name: str) -> Sequence[float] | None:
        """The 95 % interval of a measure."""
        return (self.intervals or {}).get(name)


class JudgedKeyword(NamedTuple):
    """A keyword and how many marks were made under it."""

    language: str
    form: str
    marks: int


@dataclass(frozen=True)
class Balance:
    """By category: shares of the live version's predictions, None where they are not known; numbers of labels."""

    predicted: Sequence[float] | None
    labels: tuple[int, ...]


@dataclass(frozen=True)
class ProjectLink:
    """A Label Studio project of the campaign and where it opens."""

    role: str
    url: str


class ReviewFacts(NamedTuple):
    """Texts on review screens: how many were left as predicted and changed; the omission rate, the share of wrong
    predictions that reviewers leave, with its 95 % interval; how many blind answers it was learnt from; and the
    probability that a text which was left is wrong.
    """

    left: int
    changed: int
    omission_rate: float
    interval: tuple[float, float]
    wrong_blind: int
    doubt: float


@dataclass(frozen=True)
class CampaignFacts:
    """What the campaign page shows, but for the state, the rounds and the decisions."""

    name: str
    languages: tuple[str, ...]
    categories: tuple[str, ...]
    next: NextStep
    time: Time
    forecast: Forecast | None
    advice: tuple[Advice, ...]
    versions: tuple[VersionFacts, ...]
    salient: tuple[tuple[str, str, float], ...]
    judged: tuple[JudgedKeyword, ...]
    balance: Balance
    agreement: AgreementFacts
    review: ReviewFacts | None
    problems: tuple[str, ...]
    projects: tuple[ProjectLink, ...]


def version_facts(versions: Sequence[VersionRow], live: int | None) -> tuple[VersionFacts, ...]:
    """All versions, the oldest first; `live` is the number of the live one."""
    periods = {closed.version: closed.period for closed in closed_periods(versions)}
    return tuple(_version(version, periods.get(version.number), live) for version in versions)


def _version(row: VersionRow, period: ClosedPeriod | None, live: int | None) -> VersionFacts:
    return VersionFacts(
        number=row.number,
        live=row.number == live,
        at=row.created_at,
        **{name: row.made_from.get(name) for name in COUNTS},
        gain=period.gain if period else None,
        stability=period.stability if period else None,
        **{name: row.metrics.get(name) for name in METRICS},
    )


def class_balance(versions: Sequence[VersionFacts], readings: Readings, categories: int) -> Balance:
    """Shares of the live version's predictions, and how many documents have which label."""
    live = next((version for version in versions if version.live), None)
    labels = Counter(resolve_labels(readings.labels).labels.values())
    return Balance(live.class_balance if live else None, tuple(labels[category] for category in range(categories)))


def judged_keywords(marks: Iterable[Mark]) -> tuple[JudgedKeyword, ...]:
    """The keyword judged last first, at most `MAX_JUDGED`."""
    last: dict[Word, float] = {}
    counts: Counter[Word] = Counter()
    for mark in marks:
        last[mark.keyword] = max(mark.at, last.get(mark.keyword, mark.at))
        counts[mark.keyword] += 1
    newest = sorted(last, key=lambda word: (-last[word], word))[:MAX_JUDGED]
    return tuple(JudgedKeyword(word.language.value, word.form, counts[word]) for word in newest)


def campaign_forecast(schedule: Schedule, rankings: Rankings, waiting: Mapping[Activity, int]) -> Forecast | None:
    """How many tasks the time left allows; None where the time is up.

    Every round finds new keywords, so the number of those that are ranked now is no limit.
    """
    if schedule.spent:
        return None
    keywords = MAX_FORECAST_TASKS if rankings.keywords else 0
    screens = MAX_FORECAST_TASKS if rankings.screens else 0
    prepared = {Activity.DOCUMENTS: len(rankings.documents), Activity.WORDS: keywords, Activity.REVIEW: screens}
    return schedule.forecast({a: prepared[a] + waiting[a] for a in Activity})


def review_facts(readings: Readings) -> ReviewFacts | None:
    """What the page says of review screens; None before the first one."""
    found = acceptance_of(readings)
    if not found.reviewed:
        return None
    left = found.left + found.confirmed
    return ReviewFacts(left, found.changed, found.omission_rate, found.interval, found.wrong_blind, found.doubt)


def stopping_advice(schedule: Schedule, versions: Sequence[VersionRow]) -> tuple[Advice, ...]:
    """Reasons to stop and whether they hold; nobody is stopped by them."""
    periods = [closed.period for closed in closed_periods(versions)]
    return advice(
        schedule.ledger.spent(),
        schedule.budget.seconds,
        [period.stability for period in periods],
        [period.gain for period in periods],
    )
