"""Terms of two streams, against numbers worked out by hand."""

import pytest
import torch

from clime_core.model.bases.transformer_losses import attention_pull, embedding_push


def test_embedding_push_is_minus_the_mean_squared_difference_of_means() -> None:
    """Means (2, 1) and (5, 3): minus (9 + 4) / 2; padding counts for nothing, and lengths may differ."""
    embedded = torch.tensor([[[1.0, 0.0], [3.0, 2.0], [99.0, 99.0]]])
    other = torch.tensor([[[5.0, 3.0]]])
    push = embedding_push(embedded, torch.tensor([[1, 1, 0]]), other, torch.tensor([[1]]))
    assert push.item() == pytest.approx(-6.5)


def test_attention_pull_compares_attention_between_words() -> None:
    """Word 1 has two subwords in the other stream: attention to it is a sum, attention from it a mean.

    By words the maps are [[.5, .5], [.2, .8]] and [[.4, .6], [.3, .7]]: differences of .1 everywhere.
    """
    one = torch.tensor([[[[0.5, 0.5], [0.2, 0.8]]]])
    two = torch.tensor([[[[0.4, 0.2, 0.4], [0.2, 0.3, 0.5], [0.4, 0.6, 0.0]]]])
    words, other_words = torch.tensor([[0, 1]]), torch.tensor([[0, 1, 1]])
    assert attention_pull(one, words, two, other_words).item() == pytest.approx(0.01)


def test_words_that_one_stream_cuts_off_do_not_count() -> None:
    """Only word 0 is in both; marks (-1) are no words."""
    one = torch.tensor([[[[0.5, 0.5], [0.2, 0.8]]]])
    two = torch.tensor([[[[0.9, 0.1], [0.0, 1.0]]]])
    assert attention_pull(one, torch.tensor([[0, 1]]), two, torch.tensor([[0, -1]])).item() == pytest.approx(0.16)
    assert attention_pull(one, torch.tensor([[-1, -1]]), two, torch.tensor([[0, -1]])).item() == 0
