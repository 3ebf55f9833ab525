"""Tests that pooled convolution is Conv1d, Conv2d, ReLU and max over time, in values and gradients."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from clime_core.model.bases import pooled_convolution as module
from clime_core.model.bases.pooled_convolution import pool_windows, pooled_convolution, winning_columns

WIDTHS, FILTERS, DIM, N_WORDS = (3, 4, 5), 7, 6, 12


def random_batch(
    lengths: list[int], seed: int, n_words: int = N_WORDS
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Vectors, padded tokens, lengths, weight and bias, in float64."""
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.randn(n_words, DIM, dtype=torch.float64, generator=generator)
    vectors[0] = 0
    tokens = torch.randint(1, n_words, (len(lengths), max(lengths)), generator=generator)
    sizes = torch.tensor(lengths)
    tokens[torch.arange(max(lengths)) >= sizes[:, None]] = 0
    weight = torch.randn(sum(WIDTHS), FILTERS, DIM, dtype=torch.float64, generator=generator)
    bias = torch.randn(len(WIDTHS) * FILTERS, dtype=torch.float64, generator=generator)
    return vectors, tokens, sizes, weight.requires_grad_(), bias.requires_grad_()


def by_layers(
    vectors: Tensor, tokens: Tensor, lengths: Tensor, weight: Tensor, bias: Tensor, dimensions: int
) -> Tensor:
    """ReLU and max over time of Conv1d or Conv2d, one document at a time."""
    pooled = []
    for row, length in zip(tokens, lengths.tolist(), strict=True):
        text = functional.pad(vectors[row[:length]], (0, 0, 0, max(0, max(WIDTHS) - length)))
        values = []
        for slices, own in zip(weight.split(WIDTHS), bias.split(FILTERS), strict=True):  # type: ignore[no-untyped-call]
            if dimensions == 1:
                found = functional.conv1d(text.T[None], slices.permute(1, 2, 0), own)
            else:
                found = functional.conv2d(text[None, None], slices.transpose(0, 1).unsqueeze(1), own)
            values.append(found.relu().flatten(2).max(2).values[0])
        pooled.append(torch.cat(values))
    return torch.stack(pooled)


@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("lengths", [[9, 9, 9], [1, 2, 5, 30], [4], [6, 1]])
def test_values_and_gradients_are_those_of_layers(
    lengths: list[int], dimensions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float64 both agree to a relative 1e-9, through ReLU and an uneven loss, in small chunks as well."""
    vectors, tokens, sizes, weight, bias = random_batch(lengths, seed=len(lengths))
    factors = torch.randn(len(lengths), len(bias), dtype=torch.float64, generator=torch.Generator())
    expected = by_layers(vectors, tokens, sizes, weight, bias, dimensions)
    wanted = torch.autograd.grad((expected * factors).sum(), [weight, bias])
    for chunk in (1, module.CHUNK):
        monkeypatch.setattr(module, "CHUNK", chunk)
        values = pooled_convolution(vectors, tokens, sizes, weight, bias, WIDTHS).relu()
        got = torch.autograd.grad((values * factors).sum(), [weight, bias])
        torch.testing.assert_close(values, expected, rtol=1e-9, atol=1e-12)
        for mine, theirs in zip(got, wanted, strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=5), seed=st.integers(0, 1000))
def test_texts_of_few_words_tie_without_harm(lengths: list[int], seed: int) -> None:
    """With two words the same windows come back again and again, and the gradients still agree."""
    vectors, tokens, sizes, weight, bias = random_batch(lengths, seed, n_words=3)
    expected = by_layers(vectors, tokens, sizes, weight, bias, 1)
    wanted = torch.autograd.grad((expected**2).sum(), [weight, bias])
    values = pooled_convolution(vectors, tokens, sizes, weight, bias, WIDTHS).relu()
    got = torch.autograd.grad((values**2).sum(), [weight, bias])
    for mine, theirs in zip(got, wanted, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-12)


def test_analytic_gradients_pass_gradcheck() -> None:
    """They agree with finite differences."""
    vectors, tokens, sizes, weight, bias = random_batch([3, 8, 6], seed=3)

    def convolve(weight: Tensor, bias: Tensor) -> Tensor:
        return pooled_convolution(vectors, tokens, sizes, weight, bias, WIDTHS)

    assert torch.autograd.gradcheck(convolve, (weight, bias))


def test_padding_never_wins() -> None:
    """Beside a long document a text of all-negative values keeps its own maximum, below the bias."""
    vectors, tokens, sizes, weight, bias = random_batch([5, 40], seed=1)
    with torch.no_grad():
        weight.fill_(-1.0)
        vectors[1:] = vectors[1:].abs()
    values, columns = pool_windows(vectors, tokens, sizes, weight, bias, WIDTHS)
    assert bool((values[0] < bias).all())
    assert bool((columns[0].view(3, -1) <= torch.tensor([2, 1, 0])[:, None]).all())


def test_the_first_of_equal_windows_wins() -> None:
    """A text of one word repeated has its winning windows at the beginning."""
    vectors, _, sizes, weight, bias = random_batch([9], seed=2)
    _, columns = pool_windows(vectors, torch.ones(1, 9, dtype=torch.int64), sizes, weight, bias, WIDTHS)
    assert not columns.any()


def test_winning_columns_cover_the_windows() -> None:
    """A window of width w at column c touches c to c + w - 1, slice by slice."""
    won = winning_columns(torch.tensor([[10, 20]]), (2, 3))
    assert won.flatten().tolist() == [10, 11, 20, 21, 22]


def test_the_gradient_at_zero_is_that_of_relu() -> None:
    """A maximum of exactly zero lets no gradient through, as ReLU before the maximum would not."""
    vectors, tokens, sizes, weight, _ = random_batch([6, 7], seed=4)
    vectors.zero_()
    bias = torch.zeros(len(WIDTHS) * FILTERS, dtype=torch.float64, requires_grad=True)
    pooled_convolution(vectors, tokens, sizes, weight, bias, WIDTHS).relu().sum().backward()  # type: ignore[no-untyped-call]
    assert bias.grad is not None
    assert not bias.grad.any()
