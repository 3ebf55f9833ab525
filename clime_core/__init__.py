"""The method, without a server: arrays and frozen dataclasses in, the same out.

Nothing here imports a web framework, opens a connection or reads the environment. The names below are what most
programs need; each is imported when it is first used, so that `import clime_core` loads no tensor library. Layers, each
importing only those below it: simulation, round, scheduling, evaluation, alignment, model, data, errors.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clime_core.data.documents import Document, read_documents
    from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
    from clime_core.data.labels import DocumentLabel
    from clime_core.data.language import Language, Word
    from clime_core.data.marks import Mark
    from clime_core.data.vec_file import read_vec
    from clime_core.model.predictor.predictor import Predictor
    from clime_core.model.refinement.refine import refine
    from clime_core.model.refinement.refine_settings import RefineSettings
    from clime_core.round.campaign_round import RoundResult, run_round
    from clime_core.round.inputs import RoundInputs
    from clime_core.round.round_settings import RoundSettings

__all__ = [
    "BilingualEmbeddings",
    "Document",
    "DocumentLabel",
    "Embeddings",
    "Language",
    "Mark",
    "Predictor",
    "RefineSettings",
    "RoundInputs",
    "RoundResult",
    "RoundSettings",
    "Word",
    "read_documents",
    "read_vec",
    "refine",
    "run_round",
]

_MODULES = {
    "BilingualEmbeddings": "data.embeddings",
    "Document": "data.documents",
    "DocumentLabel": "data.labels",
    "Embeddings": "data.embeddings",
    "Language": "data.language",
    "Mark": "data.marks",
    "Predictor": "model.predictor.predictor",
    "RefineSettings": "model.refinement.refine_settings",
    "RoundInputs": "round.inputs",
    "RoundResult": "round.campaign_round",
    "RoundSettings": "round.round_settings",
    "Word": "data.language",
    "read_documents": "data.documents",
    "read_vec": "data.vec_file",
    "refine": "model.refinement.refine",
    "run_round": "round.campaign_round",
}


def __getattr__(name: str) -> Any:
    """A name of `__all__`, from its module."""
    if name not in _MODULES:
        raise AttributeError(f"module 'clime_core' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"clime_core.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
