"""Whether a mean holds without any one of its languages: differences with one target language left out at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from clime_core.simulation.data_folder import target_language
from clime_core.simulation.report.cells import UNDEFINED, interval_cell
from clime_core.simulation.report.comparison import Comparison
from clime_core.simulation.report.contrasts import Contrast, claims
from clime_core.simulation.report.markdown import table
from clime_core.simulation.report.statistics import Interval


@dataclass(frozen=True)
class LeftOut:
    """A difference over all settings, and without each language in turn."""

    every: Interval
    without: dict[str, Interval]

    @property
    def lowest(self) -> str:
        """The language without which the mean is the smallest."""
        return min(self.without, key=lambda language: self.without[language].mean)

    @property
    def highest(self) -> str:
        """The language without which it is the largest."""
        return max(self.without, key=lambda language: self.without[language].mean)

    @property
    def carrying(self) -> list[str]:
        """The languages that carry the mean: its interval is on one side of 0, and is not without one of these."""
        side = _side(self.every)
        return [language for language, interval in self.without.items() if side and _side(interval) != side]


def languages_of(compared: Comparison) -> dict[str, list[str]]:
    """The target languages and the settings of each, by the settings' names."""
    found: dict[str, list[str]] = {}
    for record in compared.records:
        settings = found.setdefault(target_language(record.key.setting), [])
        if record.key.place not in settings:
            settings.append(record.key.place)
    return found


def left_out(compared: Comparison, contrast: Contrast, measure: str) -> LeftOut | None:
    """A difference without each language; None where it is undefined or has settings of fewer than two languages."""
    every = compared.difference(*contrast, measure)
    without: dict[str, Interval] = {}
    for language, own in languages_of(compared).items():
        others = [setting for setting in compared.settings if setting not in own]
        interval = compared.difference(*contrast, measure, others) if others else None
        if interval is not None and compared.difference(*contrast, measure, own) is not None:
            without[language] = interval
    return LeftOut(every, without) if every is not None and len(without) > 1 else None


def languages_section(compared: Comparison, measures: tuple[str, ...]) -> Iterator[str]:
    """The section of a report, with the findings in words."""
    yield "### One language left out"
    names = languages_of(compared)
    if len(names) < 2:
        yield f"All settings are of one language, {', '.join(names)}: nothing here is a claim about another one."
        return
    yield (
        f"The same differences over the settings of all {len(names)} languages ({', '.join(names)}), and the smallest "
        "and the largest mean when the settings of one language are left out. A mean is carried by one language where "
        "its interval excludes 0, and includes 0 without that language."
    )
    for measure in measures:
        found = [(contrast, left_out(compared, contrast, measure)) for contrast in claims(compared)]
        rows = [_row(contrast, result) for contrast, result in found]
        columns = ("all languages", "smallest mean without one", "largest mean without one", "carried by one language")
        yield table((measure, *columns), rows)
        yield "\n".join(_findings(found, measure))


def _row(contrast: Contrast, result: LeftOut | None) -> tuple[str, ...]:
    name = f"{contrast[0]} - {contrast[1]}"
    if result is None:
        return (name, *(UNDEFINED,) * 4)
    ends = (f"{interval_cell(result.without[end], signed=True)} ({end})" for end in (result.lowest, result.highest))
    return (name, interval_cell(result.every, signed=True), *ends, _carried(result))


def _carried(result: LeftOut) -> str:
    if not _side(result.every):
        return "interval includes 0"
    return ", ".join(result.carrying) or "no"


def _findings(found: list[tuple[Contrast, LeftOut | None]], measure: str) -> Iterator[str]:
    """A sentence for each mean that one language carries, or one that says that there is none."""
    carried = [(contrast, result) for contrast, result in found if result is not None and result.carrying]
    if not carried:
        yield f"In {measure} no difference whose interval excludes 0 is carried by one language."
    for (arm, reference), result in carried:
        for language in result.carrying:
            yield (
                f"- **{arm} - {reference}: one language carries the mean.** In {measure} it is "
                f"{interval_cell(result.every, signed=True)} over all languages, and without {language} "
                f"{interval_cell(result.without[language], signed=True)}."
            )


def _side(interval: Interval) -> int:
    """1 where all of the interval is above 0, -1 where it is below, else 0."""
    return int(interval.low > 0) - int(interval.high < 0)
