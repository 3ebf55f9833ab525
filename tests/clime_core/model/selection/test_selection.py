"""Tests of the names of the ways to choose documents."""

import pytest

from clime_core.errors import TrainingError
from clime_core.model.selection.selection import check_selection


@pytest.mark.parametrize("name", ["surprise", "", "Entropy"])
def test_other_names_are_refused(name: str) -> None:
    """The error lists the names and says what was got."""
    with pytest.raises(TrainingError, match=f"entropy, margin.*random, got '{name}'"):
        check_selection(name)
