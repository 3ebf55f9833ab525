"""Fair controls: what a team could do with the same minutes, or with none, and without this project.

Each is run in the place of one condition, and every condition is set beside it.
"""

from dataclasses import replace
from typing import ClassVar

from clime_core.round.round_settings import RoundSettings
from clime_core.simulation.base_kinds import BARE, kind_of
from clime_core.simulation.condition import ACTIVE, BASE, Condition
from clime_core.simulation.control import Control
from clime_core.simulation.data_folder import SettingFiles


class DictionaryFirst(Control):
    """A dictionary costs no minutes, so that all of them are left for documents."""

    name = "dictionary-first"
    about = "the machine's dictionary marks 100 keywords before the first minute, all minutes are documents"
    stands_for: ClassVar[Condition | None] = ACTIVE
    keywords_for_nothing = 100

    def fits(self, settings: RoundSettings, files: SettingFiles) -> bool:  # noqa: ARG002 - any recipe will do
        """Where there are words and a dictionary."""
        return bool(files.vectors) and files.dictionary is not None


class BaseAlone(Control):
    """The recipe's base without word channel and target model, and nobody asked."""

    name = "base-alone"
    about = "the recipe's base without anything beside it, nobody asked"
    stands_for: ClassVar[Condition | None] = BASE

    def fits(self, settings: RoundSettings, files: SettingFiles) -> bool:  # noqa: ARG002 - any setting will do
        """Where the recipe adds anything to its base."""
        return settings.predictor != BARE

    def first_round(self, settings: RoundSettings) -> RoundSettings:
        """The same base, with nothing else."""
        return replace(settings, predictor=BARE)


class PlainBase(Control):
    """What anybody installs in a minute, and nobody asked. Over given predictions there is nothing to install."""

    name = "plain-base"
    about = "a plain logistic regression over the vectors of documents, or their mean word vectors, nobody asked"
    stands_for: ClassVar[Condition | None] = BASE

    def fits(self, settings: RoundSettings, files: SettingFiles) -> bool:  # noqa: ARG002 - any setting will do
        """Where the recipe is not this already."""
        return kind_of(settings).plain is not None and settings != self.first_round(settings)

    def first_round(self, settings: RoundSettings) -> RoundSettings:
        """The plain regression over what the recipe's base reads."""
        return kind_of(settings).labels_alone(settings) or settings


class LabelsAlone(PlainBase):
    """Labels as a team collects them today: a regression on source documents and all labels, no other part."""

    name = "labels-alone"
    about = "the plain logistic regression, taught by all labels so far; documents by its entropy"
    stands_for = ACTIVE


class LabelsAloneRandom(LabelsAlone):
    """The same with documents in random order."""

    name = "labels-alone-random"
    about = "the same with random documents"

    def first_round(self, settings: RoundSettings) -> RoundSettings:
        """The plain regression, and random documents."""
        return replace(super().first_round(settings), selection="random")


FAIR = (DictionaryFirst(), BaseAlone(), PlainBase(), LabelsAlone(), LabelsAloneRandom())
"""Those with equal first rounds side by side."""
