"""The live model version of each campaign, loaded once and shared by all requests."""

from dataclasses import dataclass
from pathlib import Path

from clime_core.data.embedding_store import load_embeddings
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.errors import CampaignError, DataError
from clime_core.model.predictor.predictor import Predictor
from clime_core.model.refinement.refinement import Refinement
from ml_backend.campaign_vectors import both_sides
from ml_backend.installation import Installation
from ml_backend.store.tables import CampaignRow
from ml_backend.store.version_folder import MADE_ANEW, VersionFolder


@dataclass(frozen=True, eq=False)
class LiveModel:
    """A model version ready to predict.

    `embeddings` are the refined vectors. `unrefined` are the vectors before refinement, read only where they are used.
    """

    number: int
    embeddings: BilingualEmbeddings
    predictor: Predictor
    unrefined: BilingualEmbeddings


def live_model(installation: Installation, row: CampaignRow) -> LiveModel:
    """The campaign's live version, loaded if it is not in memory. While one request loads, others wait.

    Raises CampaignError before the first version.
    """
    number = live_number(row)
    folder = installation.folder(row)
    return installation.models.get(row.id, lambda: load_model(folder, number), stamp=number)


def live_number(row: CampaignRow) -> int:
    """The number of the live version. Raises CampaignError before the first one."""
    if row.live_version is None:
        raise CampaignError(f"campaign {row.name} has no model version yet; its first round is still to come")
    return row.live_version


def load_model(campaign_folder: Path, number: int) -> LiveModel:
    """The model version `number` of a campaign, with the vectors that it was made from.

    Raises DataError where the vectors do not exist any more, and for a version of an older clime without predictor.
    """
    folder = VersionFolder.of(campaign_folder, number)
    if folder.exists and not folder.predictor.is_file():
        raise DataError(f"model version {number} was made by an older clime and has no predictor.json; {MADE_ANEW}")
    vectors = folder.read_manifest()["vectors"]
    unrefined = both_sides({Language(side): load_embeddings(Path(copy)) for side, copy in vectors.items()})
    refined = Refinement.load(folder.refinement).apply(unrefined)
    return LiveModel(number, refined, Predictor.load(folder.path), unrefined)
