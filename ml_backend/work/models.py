"""The live model versions, loaded once each and shared by all requests."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from clime_core.data.embedding_store import load_embeddings
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.model.classifier import Classifier
from clime_core.model.refine import Refinement
from ml_backend.exchange.campaign import Campaign
from ml_backend.ground.store.versions import version_folder


@dataclass(frozen=True, eq=False)
class LiveModel:
    """A model version ready to predict."""

    number: int
    embeddings: BilingualEmbeddings
    classifier: Classifier


def load_model(campaign: Campaign, folder: Path, number: int) -> LiveModel:
    """The model version `number` of a campaign whose data lies in `folder`."""
    sides = [
        load_embeddings(path if path.is_dir() else folder / "vectors" / side)
        for path, side in ((campaign.data.source_vectors, "src"), (campaign.data.target_vectors, "tgt"))
    ]
    version = version_folder(folder, number)
    refinement = Refinement.load(version / "refinement.safetensors")
    classifier = Classifier.load(version / "classifier")
    return LiveModel(number, refinement.apply(BilingualEmbeddings(*sides)), classifier)


class LiveModels:
    """The most recently used versions of all campaigns, at most `most` in memory."""

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._models: OrderedDict[tuple[str, int], LiveModel] = OrderedDict()
        self._lock = Lock()

    def get(self, campaign: Campaign, folder: Path, number: int) -> LiveModel:
        """The version, loaded if it is not in memory. Requests for it wait for each other, not for a round."""
        key = (campaign.name, number)
        with self._lock:
            if key not in self._models:
                self._models[key] = load_model(campaign, folder, number)
                while len(self._models) > self._most:
                    self._models.popitem(last=False)
            self._models.move_to_end(key)
            return self._models[key]
