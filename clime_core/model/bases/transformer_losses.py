"""The terms of Ding et al. 2022: Embedding-Push and Attention-Pull, each a number from the two streams of a batch."""

import torch
from torch import Tensor

Words = Tensor
"""The word of each subword, (n, length) int64: from 0 within a document, -1 for marks and padding."""


def embedding_push(embedded: Tensor, mask: Tensor, other: Tensor, other_mask: Tensor) -> Tensor:
    """Minus the mean squared difference of the documents' mean embeddings in the two streams.

    embedded, other (n, length, dim): what the embedding layer gives; masks (n, length): 1 where there is a subword. The
    lengths of the streams may differ.
    """
    return -((_mean(embedded, mask) - _mean(other, other_mask)) ** 2).mean()


def _mean(embedded: Tensor, mask: Tensor) -> Tensor:
    weights = mask.to(embedded.dtype).unsqueeze(-1)
    return (embedded * weights).sum(1) / weights.sum(1)


def attention_pull(attention: Tensor, words: Words, other: Tensor, other_words: Words) -> Tensor:
    """The mean squared difference of the attention between words in the two streams.

    attention, other (n, heads, length, length), from row to column. A replaced word may have another number of
    subwords, so maps are compared word by word: attention to a word is the sum over its subwords, attention from it
    their mean (Clark et al. 2019). Words that the end of one stream cuts off do not count; 0 where no word is left.
    """
    n_words = int(min(words.max(), other_words.max())) + 1
    if n_words < 1:
        return attention.new_zeros(())
    mine, theirs = _members(words, n_words), _members(other_words, n_words)
    in_both = (mine.sum(2) > 0) & (theirs.sum(2) > 0)
    pairs = (in_both.unsqueeze(2) & in_both.unsqueeze(1)).unsqueeze(1)
    difference = _between_words(attention, mine) - _between_words(other, theirs)
    counted = pairs.sum() * attention.shape[1]
    return (difference**2 * pairs).sum() / counted.clamp(min=1)


def _members(words: Words, n_words: int) -> Tensor:
    """(n, n_words, length) float32: 1 where the subword is of the word."""
    return (words.unsqueeze(1) == torch.arange(n_words, device=words.device).view(1, -1, 1)).float()


def _between_words(attention: Tensor, members: Tensor) -> Tensor:
    """(n, heads, n_words, n_words)."""
    means = members / members.sum(2, keepdim=True).clamp(min=1)
    return means.unsqueeze(1) @ attention.float() @ members.transpose(1, 2).unsqueeze(1)
