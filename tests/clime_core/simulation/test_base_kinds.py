"""The kinds of base."""

from pathlib import Path

import pytest

from clime_core.errors import DataError
from clime_core.simulation.base_kinds import BARE, BASE_KINDS, base_kind, check_base, kind_of
from clime_core.simulation.data_folder import TEXT, SettingFiles
from clime_core.simulation.recipes import RECIPES, with_model


def test_every_recipe_has_a_kind_and_every_kind_recipes() -> None:
    """Those that are simulated unless others are asked for are of the kind."""
    assert {kind_of(settings).name for settings in RECIPES.values()} == set(BASE_KINDS)
    for name, kind in BASE_KINDS.items():
        assert {kind_of(RECIPES[recipe]).name for recipe in kind.recipes} == {name}


def test_methods_are_those_named_or_those_of_the_folder(tmp_path: Path) -> None:
    """A kind that reads a file of each method has those of which there is one; a missing file is named."""
    given = base_kind("given")
    with pytest.raises(DataError, match=r"no file predictions\.<method>\.jsonl with given predictions: make it first"):
        given.methods(tmp_path, False)
    for name in ("predictions.gpt.jsonl", "predictions.ada.jsonl", "predictions.topics.big.jsonl", "train.e5.npy"):
        (tmp_path / name).write_bytes(b"")
    assert given.methods(tmp_path, False) == ["ada", "gpt"]
    assert given.methods(tmp_path, True) == ["big"]
    assert given.methods(tmp_path, False, ["gpt"]) == ["gpt"]
    assert base_kind("encoder").methods(tmp_path, False) == ["e5"]
    with pytest.raises(DataError, match=r"no file predictions\.llama\.jsonl with given predictions"):
        given.methods(tmp_path, False, ["gpt", "llama"])
    assert base_kind("words").methods(tmp_path, False) == ["cca"]
    assert base_kind("transformer").methods(tmp_path, False) == [TEXT]
    assert base_kind("transformer").methods(tmp_path, False, ["cca"]) == ["cca"]


def test_what_a_team_would_do_with_a_transformer_is_fine_tuning_it_on_all_labels() -> None:
    """The same model, on documents as they are, labels among them, and nothing beside it."""
    recipe = with_model({"robust": RECIPES["transformer-robust"]}, "org/name")["robust"]
    alone = kind_of(recipe).labels_alone(recipe)
    assert alone is not None
    assert alone.classifier.transformer is not None
    assert (alone.classifier.transformer.model, alone.classifier.transformer.variant) == ("org/name", "plain")
    assert (alone.predictor, alone.target_weight) == (BARE, 1.0)


def test_over_given_predictions_there_is_nothing_to_train() -> None:
    """They are no input of a classifier."""
    assert base_kind("given").labels_alone(RECIPES["given"]) is None


def test_what_a_base_needs_is_looked_for(data: Path) -> None:
    """Given predictions, and a dictionary for a second stream; what would do is said."""
    files = SettingFiles(data, "demo")
    with pytest.raises(DataError, match=r"recipe given reads given predictions, .* or --base words or transformer"):
        check_base("given", RECIPES["given"], files)
    check_base("transformer-robust", RECIPES["transformer-robust"], files)


def test_a_second_stream_needs_the_folders_dictionary(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain fine-tuning does not."""
    monkeypatch.setattr(SettingFiles, "dictionary", None)
    files = SettingFiles(data, TEXT)
    with pytest.raises(DataError, match=r"recipe transformer-robust replaces words .* no dictionary\.tsv"):
        check_base("transformer-robust", RECIPES["transformer-robust"], files)
    check_base("transformer", RECIPES["transformer"], files)
