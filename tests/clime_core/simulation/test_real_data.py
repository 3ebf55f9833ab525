"""A smoke test on real data: a folder of data folders (see docs/simulation.md) named by CLIME_TEST_DATA."""

import os
from pathlib import Path

import pytest

from clime_core.round.campaign_round import RoundSettings
from clime_core.simulation.annotator import Habits
from clime_core.simulation.campaign import Start, simulate
from clime_core.simulation.condition import BOTH, Effort
from clime_core.simulation.controls import CONTROLS
from clime_core.simulation.data_folder import SettingFiles, read_setting

DATA = Path(os.environ.get("CLIME_TEST_DATA", "no-such-folder"))


@pytest.mark.skipif(not DATA.is_dir(), reason="no real data: CLIME_TEST_DATA=/a/folder/of/data/folders")
@pytest.mark.parametrize("topics", [False, True])
def test_a_campaign_runs_on_real_sentences(tmp_path: Path, quick: RoundSettings, topics: bool) -> None:
    """English to Ilocano: the first round is better than chance, and ten minutes give marks and labels."""
    setting = read_setting(SettingFiles(DATA / "en-ilo-sib", "cca", topics), tmp_path)
    start = Start.of(setting, quick, 0, 40, None)
    assert (start.point.score.auc or 0) > 0.55
    last = simulate(start, BOTH, CONTROLS["none"], Effort(minutes=10), Habits()).points[-1]
    assert last.similar > 0
    assert last.labels > 0
    assert (last.score.auc or 0) > 0.55
