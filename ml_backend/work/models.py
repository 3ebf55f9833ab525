"""The live model versions, loaded once each and shared by all requests."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from clime_core.data.embedding_store import load_embeddings
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.errors import DataError
from clime_core.model.predictor import Predictor
from clime_core.model.refine import Refinement
from ml_backend.exchange.campaign import Campaign
from ml_backend.ground.store.versions import version_folder


@dataclass(frozen=True, eq=False)
class LiveModel:
    """A model version ready to predict. `before` are the vectors it was refined from, read only where they are used."""

    number: int
    embeddings: BilingualEmbeddings
    predictor: Predictor
    before: BilingualEmbeddings


def load_model(folder: Path, number: int) -> LiveModel:
    """The model version `number` of a campaign whose data lies in `folder`, over the vectors it was made from.

    Raises DataError where those are not there any more, and for a version of an older clime, which had no predictor.
    """
    version = version_folder(folder, number)
    if version.is_dir() and not (version / "predictor.json").is_file():
        raise DataError(
            f"model version {number} was made by an older clime and has no predictor.json; the next round makes a new"
            " version by itself (`clime resume` first, where training is paused)"
        )
    made_from = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    source, target = (load_embeddings(Path(made_from["vectors"][side])) for side in ("src", "tgt"))
    refinement = Refinement.load(version / "refinement.safetensors")
    predictor = Predictor.load(version)
    before = BilingualEmbeddings(source, target)
    return LiveModel(number, refinement.apply(before), predictor, before)


class LiveModels:
    """The version in use of each campaign, at most `most` campaigns in memory."""

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._models: OrderedDict[str, LiveModel] = OrderedDict()
        self._lock = Lock()

    def get(self, campaign: Campaign, folder: Path, number: int) -> LiveModel:
        """The version, loaded if it is not in memory. Requests wait for each other's loading, not for a round."""
        with self._lock:
            model = self._models.get(campaign.name)
            if model is None or model.number != number:
                model = self._models[campaign.name] = load_model(folder, number)
            self._models.move_to_end(campaign.name)
            while len(self._models) > self._most:
                self._models.popitem(last=False)
            return model
