"""A predictor on disk, beside the folder of its classifier."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as save_tensors

from clime_core.data.stream import write_bytes
from clime_core.errors import DataError
from clime_core.model.predictor.correction import VectorCorrection
from clime_core.model.predictor.target_model import BUCKETS, TargetModel
from clime_core.model.predictor.word_channel import WordChannel

FORMAT = 1
"""Changes with whatever makes an old folder mean something else: the hashing, the formula of the scores."""

DESCRIPTION, TENSORS = "predictor.json", "predictor.safetensors"


@dataclass(frozen=True, eq=False)
class Parts:
    """What a predictor has beside its classifier."""

    words: WordChannel
    target: TargetModel | None
    word_gain: float
    target_gain: float
    temperature: float
    bias: NDArray[np.float64]
    correction: VectorCorrection | None = None
    trust: float = 1.0


def save(folder: Path, parts: Parts) -> None:
    """Write both files, the weights of the target model as float32. Each appears complete, the description last."""
    forms = list(parts.words.associations)
    arrays: dict[str, NDArray[Any]] = {
        "bias": parts.bias,
        "associations": np.array([parts.words.associations[form] for form in forms]).reshape(-1, len(parts.bias)),
    }
    if parts.target is not None:
        arrays |= {
            "idf": parts.target.idf.astype(np.float32),
            "weights": parts.target.weights.astype(np.float32),
            "target_bias": parts.target.bias,
        }
    if parts.correction is not None:
        arrays |= {"correction": parts.correction.weights, "correction_mean": parts.correction.mean}
    description = {
        "format": FORMAT,
        "trust": parts.trust,
        "word_gain": parts.word_gain,
        "target_gain": parts.target_gain,
        "temperature": parts.temperature,
        "words": forms,
        "ngrams": parts.target.ngrams if parts.target else None,
    }
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    write_bytes(folder / TENSORS, save_tensors(contiguous))
    write_bytes(folder / DESCRIPTION, json.dumps(description, ensure_ascii=False, indent=1).encode())


def load(folder: Path, n_categories: int) -> Parts:
    """Read both files. Raises DataError where one is missing, damaged, or does not fit the classifier."""
    try:
        about = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise DataError(f"{folder / DESCRIPTION}: format must be {FORMAT}, got {about['format']!r}: fit it again")
        arrays = load_file(folder / TENSORS)
        parts = Parts(
            WordChannel(dict(zip(about["words"], arrays["associations"], strict=True)), n_categories),
            _target(about, arrays),
            float(about["word_gain"]),
            float(about["target_gain"]),
            float(about["temperature"]),
            arrays["bias"],
            VectorCorrection(arrays["correction_mean"], arrays["correction"]) if "correction" in arrays else None,
            float(about.get("trust", 1.0)),
        )
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder}: not a saved predictor ({error!r}): save it again") from error
    sound = parts.bias.shape == (n_categories,) and arrays["associations"].shape[1:] == (n_categories,)
    if parts.target is not None:
        sound &= parts.target.weights.shape == (n_categories, BUCKETS) and parts.target.idf.shape == (BUCKETS,)
    if parts.correction is not None:
        sound &= parts.correction.weights.shape == (len(parts.correction.mean), n_categories)
    if not sound:
        raise DataError(f"{folder / TENSORS}: does not fit a classifier of {n_categories} categories: save it again")
    return parts


def _target(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TargetModel | None:
    if about["ngrams"] is None:
        return None
    shortest, longest = about["ngrams"]
    idf, weights = arrays["idf"].astype(np.float64), arrays["weights"].astype(np.float64)
    return TargetModel((shortest, longest), idf, weights, arrays["target_bias"])
