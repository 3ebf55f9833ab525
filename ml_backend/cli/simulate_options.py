"""The options of `clime simulate`, read and checked."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from clime_core.data.stream import text_lines
from clime_core.errors import CampaignError
from clime_core.round.campaign_round import RoundSettings
from clime_core.simulation.base_kinds import BASE_KINDS, BaseKind, base_kind
from clime_core.simulation.condition import ACTIVE, BASE, CONDITIONS, PAPER_CONDITIONS, Condition, split_condition
from clime_core.simulation.controls import CONTROLS, parse_controls
from clime_core.simulation.data_folder import SettingFiles, target_language
from clime_core.simulation.recipes import RECIPES, with_model

Number = TypeVar("Number", int, float)

DEFAULT_SHARES = (0.7, 0.3)
"""Of the two categories in the pool."""


def setting_files(
    data: Sequence[Path], method: str, topics: bool, base: str, dictionaries: Sequence[Path]
) -> tuple[SettingFiles, ...]:
    """Every folder with every kind of vectors, and the annotator's own dictionary."""
    own = _own_dictionaries(data, dictionaries)
    return tuple(
        SettingFiles(folder, name, topics, dictionary)
        for folder, dictionary in zip(data, own, strict=True)
        for name in _kind(base).methods(folder, topics, names(method))
    )


def recipes_of(text: str, base: str, model: str) -> dict[str, RoundSettings]:
    """Recipes by name; without names those of the kind of base. `model`: that a transformer is fine-tuned from."""
    chosen = names(text) if text else list(_kind(base).recipes)
    unknown = [name for name in chosen if name not in RECIPES]
    if unknown or not chosen:
        raise CampaignError(f"--recipes are some of {', '.join(RECIPES)}, got {text!r}")
    return with_model({name: RECIPES[name] for name in chosen}, model)


def conditions_of(text: str, settings: Sequence[SettingFiles]) -> tuple[Condition, ...]:
    """Conditions by name; without names the paper's, or those without words where there are none to ask about."""
    if not text:
        return PAPER_CONDITIONS if any(files.vectors for files in settings) else (BASE, ACTIVE)
    chosen = names(text)
    if not chosen or not set(chosen) <= CONDITIONS.keys():
        raise CampaignError(f"--conditions are some of {', '.join(CONDITIONS)}, got {text!r}")
    return tuple(CONDITIONS[name] for name in chosen)


def controls_of(text: str, policies: bool) -> tuple[str, ...]:
    """Controls by name; without names all of them, and none of policies, which have no fair ones."""
    chosen = parse_controls(text or ("none" if policies else "all"))
    fair = [name for name in chosen if name in CONTROLS and CONTROLS[name].stands_for is not None]
    if not (policies and fair):
        return chosen
    if "all" not in names(text):
        raise CampaignError(f"{', '.join(fair)} stand in the place of a condition: leave them out with --policies")
    return tuple(name for name in chosen if name not in fair)


def seeds_of(text: str) -> tuple[int, ...]:
    """A count of seeds from 0, or the seeds themselves where there is a comma."""
    if "," not in text:
        count = number(text.strip(), int, "--seeds")
        if count < 1:
            raise CampaignError(f"--seeds is how many, 1 or more, or the seeds with commas (0,7,11), got {text!r}")
        return tuple(range(count))
    seeds = tuple(number(part, int, "--seeds") for part in names(text))
    if not seeds or min(seeds) < 0:
        raise CampaignError(f"--seeds are whole numbers from 0 with commas between them, got {text!r}")
    return tuple(dict.fromkeys(seeds))


def splits_of(text: str) -> tuple[float, ...]:
    """Distinct shares of documents. Raises CampaignError for one that is no share, or none."""
    splits = tuple(sorted({number(part, float, "--splits") for part in names(text)}))
    if not splits:
        raise CampaignError("--splits are shares of documents from 0 to 1, with commas, got none")
    for share in splits:
        split_condition(share)
    return splits


def shares_of(text: str, settings: Sequence[SettingFiles]) -> tuple[float, ...] | None:
    """Shares of the categories in the pool; without numbers those of two categories, where all settings have two."""
    if not text:
        return DEFAULT_SHARES if all(_n_categories(files) == len(DEFAULT_SHARES) for files in settings) else None
    if text == "none":
        return None
    shares = tuple(number(part, float, "--pool-shares") for part in names(text))
    if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise CampaignError(f"--pool-shares must be above 0 and add up to 1, got {text!r}")
    return shares


def names(text: str) -> list[str]:
    """Distinct parts of a list with commas, in order."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def number(text: str, kind: type[Number], option: str) -> Number:
    """A number of an option. Raises CampaignError for anything else."""
    try:
        return kind(text)
    except ValueError as error:
        raise CampaignError(f"{option} takes numbers with commas between them, got {text!r}") from error


def _kind(base: str) -> BaseKind:
    return base_kind(base or next(iter(BASE_KINDS)))


def _own_dictionaries(data: Sequence[Path], dictionaries: Sequence[Path]) -> Sequence[Path | None]:
    """The annotator's dictionary of each data folder: none, the same for all of one language, or one for each."""
    if not dictionaries:
        return [None] * len(data)
    languages = {target_language(folder.resolve().name) for folder in data}
    if len(dictionaries) == 1 and len(languages) == 1:
        return [dictionaries[0]] * len(data)
    if len(dictionaries) != len(data):
        raise CampaignError(
            f"--annotator-dictionary is one file for the folders of one language, or one for each --data in the same "
            f"order, got {len(dictionaries)} for {len(data)} folders of {len(languages)} languages"
        )
    return list(dictionaries)


def _n_categories(files: SettingFiles) -> int:
    return sum(bool(line.strip()) for _, line in text_lines(files.categories))
