"""Fixtures of the simulation's tests: a tiny setting made of the demo's corpus, and a quick recipe."""

from dataclasses import replace
from pathlib import Path

import pytest

from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.round.campaign_round import RoundSettings
from clime_core.simulation.annotator import Habits
from clime_core.simulation.campaign import Start
from clime_core.simulation.condition import PAPER_CONDITIONS, Effort
from clime_core.simulation.data_folder import Setting, SettingFiles, read_setting
from clime_core.simulation.experiment import Experiment
from clime_core.simulation.recipes import PAPER
from ml_backend.demo.corpus import DemoSizes
from ml_backend.demo.data_folder import write_data_folder

SIZES = DemoSizes(train=60, pool=50, test=30, text=200, dim=20)
SHARES = (0.7, 0.3)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder, which tests only read."""
    folder = tmp_path_factory.mktemp("data") / "en-es-demo"
    write_data_folder(folder, sizes=SIZES)
    return folder


@pytest.fixture(scope="session")
def files(data: Path) -> SettingFiles:
    """Where the setting is."""
    return SettingFiles(data, "demo")


@pytest.fixture(scope="session")
def setting(files: SettingFiles, tmp_path_factory: pytest.TempPathFactory) -> Setting:
    """The setting in memory."""
    return read_setting(files, tmp_path_factory.mktemp("vectors"))


@pytest.fixture(scope="session")
def quick() -> RoundSettings:
    """The paper's recipe with logistic regression."""
    return replace(
        PAPER,
        classifier=ClassifierSettings(kind="lr"),
        salience="norm-of-sum",
        neighbor_words="documents",
        neighbors=3,
        keywords=5,
    )


@pytest.fixture(scope="session")
def start(setting: Setting, quick: RoundSettings) -> Start:
    """The first round with seed 0."""
    return Start.of(setting, quick, 0, 60, SHARES, screens=20)


@pytest.fixture(scope="session")
def experiment(files: SettingFiles, quick: RoundSettings) -> Experiment:
    """Two seeds of everything."""
    return Experiment(
        settings=(files,),
        recipes={"quick": quick},
        conditions=PAPER_CONDITIONS,
        controls=("random-marks", "no-human", "prior-matched"),
        seeds=(0, 1),
        budget=Effort(minutes=6, sessions=2),
        keyword_counts=(3,),
        habits=Habits(),
        shares=SHARES,
    )
