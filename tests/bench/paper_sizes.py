"""A campaign of the paper's sizes on disk: 572 documents of 200 tokens, 300 dimensions, made words."""

import json
from pathlib import Path

import numpy as np
from zipf_corpus import zipf_examples, zipf_vectors

from clime_core.data.embedding_store import save_embeddings
from clime_core.data.embeddings import Embeddings

TRAIN, POOL, TOKENS, DIM, NOISE = 572, 500, 200, 300, 0.02

CAMPAIGN = """
name = "bench"
[label_studio]
url = "{url}"
token_file = "token"
[languages]
source = {{ name = "English" }}
target = {{ name = "Made" }}
[task]
categories = ["other", "health"]
[data]
source_vectors = "src"
target_vectors = "tgt"
train = "train.jsonl"
pool = "pool.jsonl"
"""


def write_campaign(folder: Path, url: str, token: str) -> Path:
    """Write vectors, documents and the campaign file; its path."""
    source = zipf_vectors(DIM).source
    noise = np.random.default_rng(2).standard_normal(source.vectors.shape, np.float32) * np.float32(NOISE)
    save_embeddings(folder / "src", source)
    save_embeddings(folder / "tgt", Embeddings([f"t{word}" for word in source.words], source.vectors + noise))
    _write(folder / "train.jsonl", TRAIN, "")
    _write(folder / "pool.jsonl", POOL, "t")
    (folder / "token").write_text(token)
    path = folder / "campaign.toml"
    path.write_text(CAMPAIGN.format(url=url))
    return path


def _write(path: Path, count: int, prefix: str) -> None:
    lines = []
    for example in zipf_examples(count, TOKENS):
        document = example.document
        label = {} if prefix else {"label": document.label}
        lines.append(json.dumps({"id": document.id, "text": [prefix + t for t in document.tokens], **label}))
    path.write_text("\n".join(lines) + "\n")
