"""Settings of a fine-tuned transformer."""

import subprocess
import sys

import pytest

from clime_core.errors import TrainingError
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.transformer_settings import TransformerSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0), ("batch_size", 0), ("learning_rate", -1.0), ("weight_decay", -0.1), ("warmup", 1.5),
        ("max_length", 2), ("dev_share", 0.6), ("push_weight", -1.0), ("attention_layer", 0), ("replaced", 2.0),
        ("variant", "fast"), ("model", ""),
    ],
)  # fmt: skip
def test_values_out_of_range_are_named(name: str, value: object) -> None:
    """The field, and what was got."""
    with pytest.raises(TrainingError, match=f"{name} .*got"):
        TransformerSettings(**{"model": "m", name: value})  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("fields", [{"kind": "transformer"}, {"kind": "cnn", "transformer": TransformerSettings("m")}])
def test_kind_and_settings_go_together(fields: dict[str, object]) -> None:
    """One without the other is a mistake."""
    with pytest.raises(TrainingError, match="give both or none"):
        ClassifierSettings(**fields)  # type: ignore[arg-type]  # wrong on purpose


def test_a_round_loads_transformers_only_for_this_kind() -> None:
    """Rounds over word vectors start without it."""
    code = "import sys, clime_core.round.campaign_round; print('transformers' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
