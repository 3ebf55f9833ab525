"""What refining changed: a few rows of each language, and a report. Applied, saved and loaded."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as save_tensors

from clime_core.data.embeddings import BilingualEmbeddings, Rows, Vectors
from clime_core.data.language import Language, Word
from clime_core.data.stream import write_bytes
from clime_core.errors import DataError
from clime_core.model.refinement.constraint_graph import LeftOut

ARRAYS = ("source_rows", "source_vectors", "target_rows", "target_vectors")


@dataclass(frozen=True)
class RefineReport:
    """What a refinement did.

    `used` constraints pulled on `touched` rows. `lambda_min` is the smallest eigenvalue of the signed
    adjacency, `regularization` the lambda that was used, `bounded` whether the objective has a minimum
    under the lambda asked for. Cosines are means over pairs, None without such a pair;
    `steps` is 0 for a closed form.
    """

    solver: str
    used: int
    left_out: LeftOut
    touched: int
    lambda_min: float
    regularization: float
    bounded: bool
    steps: int
    similar_before: float | None
    similar_after: float | None
    dissimilar_before: float | None
    dissimilar_after: float | None
    seconds: float

    @property
    def warning(self) -> str | None:
        """What a person should know about an objective without a minimum; None where it has one."""
        if self.bounded:
            return None
        if self.solver == "adam":
            consequence = f"the vectors are where {self.steps} steps led; use solver closed or degree, or a larger one"
        else:
            consequence = f"it was raised to {self.regularization:.3g}"
        return f"no minimum under this regularization (smallest eigenvalue {self.lambda_min:.3g}): {consequence}"


@dataclass(frozen=True, eq=False)
class Refinement:
    """Rows that changed: `*_rows` (n,) int64 ascending, and their `*_vectors` (n, dim) float32."""

    source_rows: Rows
    source_vectors: Vectors
    target_rows: Rows
    target_vectors: Vectors
    report: RefineReport

    def apply(self, embeddings: BilingualEmbeddings) -> BilingualEmbeddings:
        """The embeddings with these rows replaced; all other rows are bitwise the same.

        Raises DataError where rows or dimensions do not fit the embeddings.
        """
        for rows, vectors, side in (
            (self.source_rows, self.source_vectors, embeddings.source),
            (self.target_rows, self.target_vectors, embeddings.target),
        ):
            if len(rows) and (rows.max() >= len(side) or vectors.shape[1] != side.dim):
                raise DataError(
                    f"the refinement was made for other embeddings: it changes row {rows.max()} of dimension "
                    f"{vectors.shape[1]}, got {len(side)} rows of dimension {side.dim}"
                )
        return BilingualEmbeddings(
            embeddings.source.replaced(self.source_rows, self.source_vectors),
            embeddings.target.replaced(self.target_rows, self.target_vectors),
        )

    def save(self, path: Path) -> None:
        """Write one safetensors file, the report in its metadata. Whole or not at all."""
        arrays = {name: np.ascontiguousarray(getattr(self, name)) for name in ARRAYS}
        write_bytes(path, save_tensors(arrays, metadata={"report": json.dumps(asdict(self.report))}))

    @classmethod
    def load(cls, path: Path) -> "Refinement":
        """Read what `save` wrote. Raises DataError for a file that is missing, damaged or something else."""
        try:
            with safe_open(path, framework="numpy") as stored:
                arrays = {name: stored.get_tensor(name) for name in ARRAYS}
                report = _report(json.loads((stored.metadata() or {})["report"]))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}: not a refinement that clime saved ({error}): refine again") from error
        return cls(**arrays, report=report)


def _report(fields: Mapping[str, Any]) -> RefineReport:
    """A report from its JSON form."""
    left_out = dict(fields["left_out"])
    words = [Word(Language(language), form) for language, form in left_out.pop("unknown_words")]
    return RefineReport(**{**fields, "left_out": LeftOut(**left_out, unknown_words=tuple(words))})
