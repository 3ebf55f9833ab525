"""Refinement: direction, exactness, and what must not move."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Vectors
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.errors import DataError, TrainingError
from clime_core.model.refinement.constraint_graph import constraint_graph
from clime_core.model.refinement.refine import Refinement, refine
from clime_core.model.refinement.refine_settings import RefineSettings

SOURCE, TARGET = Language.SOURCE, Language.TARGET
N, DIM = 12, 5
Solver = Literal["closed", "degree", "adam"]
SOLVERS: tuple[Solver, ...] = ("closed", "degree", "adam")


def space(seed: int = 0) -> BilingualEmbeddings:
    """Twelve random unit vectors a language."""
    rng = np.random.default_rng(seed)
    sides = []
    for prefix in "st":
        vectors = rng.standard_normal((N, DIM))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        sides.append(Embeddings([f"{prefix}{row}" for row in range(N)], vectors.astype(np.float32)))
    return BilingualEmbeddings(*sides)


def word(form: str) -> Word:
    """`s3` is a source word, `t3` a target word."""
    return Word(SOURCE if form.startswith("s") else TARGET, form)


def constraint(keyword: str, other: str, *, similar: bool) -> Constraint:
    """A constraint between two words given by their forms."""
    return Constraint(word(keyword), word(other), similar)


SMALL = (constraint("s0", "t1", similar=True), constraint("s0", "s2", similar=False))
STARS = (
    *(constraint("s0", f"t{row}", similar=True) for row in range(6)),
    *(constraint("s0", f"s{row}", similar=False) for row in range(1, 5)),
    *(constraint("s5", f"t{row}", similar=row % 3 > 0) for row in range(6, 12)),
)
EVERY = [
    RefineSettings(solver=solver, steps=200, keep=keep)
    for solver in SOLVERS
    for keep in ("nothing", "directions", "lengths")
]


def dense(embeddings: BilingualEmbeddings) -> torch.Tensor:
    """Source rows, then target rows, float32."""
    return torch.from_numpy(np.concatenate([embeddings.source.vectors, embeddings.target.vectors]))


def place(one: Word) -> int:
    """The row of a word in the dense matrix."""
    return int(one.form[1:]) + (0 if one.language is SOURCE else N)


def cost(rows: torch.Tensor, before: torch.Tensor, constraints: tuple[Constraint, ...], weight: float) -> torch.Tensor:
    """Eq. 3-5 written out pair by pair."""
    total = weight * ((before - rows) ** 2).sum()
    for one in constraints:
        product = rows[place(one.keyword)] @ rows[place(one.word)]
        total = total - product if one.similar else total + product
    return total


@pytest.mark.parametrize("chosen", [one for one in EVERY if one.keep != "directions"])
def test_similar_pairs_come_closer_and_dissimilar_ones_move_apart(chosen: RefineSettings) -> None:
    """The direction of eq. 3: the mean cosine of similar pairs rises, that of dissimilar pairs falls."""
    report = refine(space(), STARS, chosen, device="cpu").report
    assert report.similar_before is not None
    assert report.similar_after is not None
    assert report.dissimilar_before is not None
    assert report.dissimilar_after is not None
    assert report.similar_after > report.similar_before + 0.05
    assert report.dissimilar_after < report.dissimilar_before - 0.05


def test_one_pair_of_each_kind_moves_the_right_way() -> None:
    """Measured on the refined embeddings themselves, not by the report."""
    before = space()
    after = refine(before, SMALL, RefineSettings("closed", keep="lengths"), device="cpu").apply(before)

    def cosine(embeddings: BilingualEmbeddings, a: str, b: str) -> float:
        u, v = embeddings.vector(word(a)), embeddings.vector(word(b))
        return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))

    assert cosine(after, "s0", "t1") > cosine(before, "s0", "t1")
    assert cosine(after, "s0", "s2") < cosine(before, "s0", "s2")


def test_closed_form_has_zero_gradient() -> None:
    """The closed form is the stationary point of eq. 5 as autograd sees it."""
    embeddings = space()
    refined = refine(embeddings, SMALL, RefineSettings("closed", keep="nothing"), device="cpu")
    assert refined.report.bounded
    rows = dense(refined.apply(embeddings)).double().requires_grad_()
    cost(rows, dense(embeddings).double(), SMALL, 1.0).backward()  # type: ignore[no-untyped-call]
    assert rows.grad is not None
    assert rows.grad.abs().max() < 1e-6


def test_closed_form_is_the_minimum_not_a_saddle() -> None:
    """Nothing near the closed form costs less."""
    embeddings = space()
    refined = refine(embeddings, SMALL, RefineSettings("closed", keep="nothing"), device="cpu")
    before, best = dense(embeddings).double(), dense(refined.apply(embeddings)).double()
    lowest = cost(best, before, SMALL, 1.0)
    generator = torch.Generator().manual_seed(0)
    for _ in range(50):
        step = torch.randn(best.shape, generator=generator, dtype=torch.float64) * 0.1
        assert cost(best + step, before, SMALL, 1.0) > lowest


def test_adam_converges_to_the_closed_form_where_there_is_a_minimum() -> None:
    """Many steps of the paper's solver end where the linear system says."""
    embeddings = space()
    closed = refine(embeddings, SMALL, RefineSettings("closed", keep="nothing"), device="cpu")
    adam = refine(embeddings, SMALL, RefineSettings("adam", steps=8000, keep="nothing"), device="cpu")
    np.testing.assert_allclose(adam.source_vectors, closed.source_vectors, atol=1e-4)
    np.testing.assert_allclose(adam.target_vectors, closed.target_vectors, atol=1e-4)


def test_adam_equals_dense_adam() -> None:
    """Touched rows with the analytic gradient follow torch's Adam over every row with autograd."""
    embeddings = space()
    before = dense(embeddings)
    rows = before.clone().requires_grad_()
    optimizer = torch.optim.Adam([rows])
    for _ in range(150):
        optimizer.zero_grad()
        cost(rows, before, STARS, 1.0).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    ours = refine(embeddings, STARS, RefineSettings("adam", steps=150, keep="nothing"), device="cpu")
    np.testing.assert_allclose(dense(ours.apply(embeddings)), rows.detach().numpy(), atol=1e-6)
    untouched = [place(word("s7")), place(word("s11"))]
    assert torch.equal(rows.detach()[untouched], before[untouched])


@pytest.mark.parametrize("chosen", EVERY)
def test_untouched_rows_are_bitwise_unchanged(chosen: RefineSettings) -> None:
    """Words without a constraint keep every bit, and the original embeddings stay as they were."""
    embeddings, original = space(), space()
    refined = refine(embeddings, SMALL, chosen, device="cpu")
    after = refined.apply(embeddings)
    assert refined.source_rows.tolist() == [0, 2]
    assert refined.target_rows.tolist() == [1]
    for language, touched in ((SOURCE, [0, 2]), (TARGET, [1])):
        kept = np.setdiff1d(np.arange(N), touched)
        assert after.side(language).vectors[kept].tobytes() == original.side(language).vectors[kept].tobytes()
        assert embeddings.side(language).vectors.tobytes() == original.side(language).vectors.tobytes()


@pytest.mark.parametrize("chosen", [one for one in EVERY if one.keep == "lengths"])
def test_renormalizing_keeps_every_length(chosen: RefineSettings) -> None:
    """Touched rows get the length that they had."""
    embeddings = space()
    refined = refine(embeddings, STARS, chosen, device="cpu")
    np.testing.assert_allclose(np.linalg.norm(refined.source_vectors, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(refined.target_vectors, axis=1), 1, rtol=1e-5)


@given(marks=st.integers(5, 11), weight=st.floats(0.1, 3))
def test_unbounded_objectives_are_solved_under_a_raised_regularization(marks: int, weight: float) -> None:
    """A star of d marks has lambda_min = -sqrt(d); where 2 lambda is no larger, lambda is raised."""
    star = tuple(constraint("s0", f"t{row}", similar=row % 2 == 0) for row in range(marks))
    report = refine(space(), star, RefineSettings("closed", regularization=weight), device="cpu").report
    assert report.lambda_min == pytest.approx(-np.sqrt(marks))
    assert report.bounded == (2 * weight > np.sqrt(marks))
    expected = weight if report.bounded else 1.1 * np.sqrt(marks) / 2
    assert report.regularization == pytest.approx(expected)
    assert (report.warning is None) == report.bounded


@given(marks=st.integers(1, 11), weight=st.floats(0.51, 3))
def test_lengths_stay_bounded_without_renormalizing(marks: int, weight: float) -> None:
    """Degree normalisation has eigenvalues in [-1, 1], so that lengths grow by a factor known in advance."""
    star = tuple(constraint("s0", f"t{row}", similar=True) for row in range(marks))
    chosen = RefineSettings("degree", regularization=weight, keep="nothing")
    refined = refine(space(), star, chosen, device="cpu")
    assert refined.report.lambda_min >= -1 - 1e-9
    before = np.sqrt(marks + 1)  # unit rows
    after = np.sqrt((refined.source_vectors**2).sum() + (refined.target_vectors**2).sum())
    assert after <= before * 2 * weight / (2 * weight - 1) * (1 + 1e-5)


def test_adam_warns_of_an_objective_without_a_minimum() -> None:
    """The paper's solver does what it was told, and the report says what that is worth."""
    report = refine(space(), STARS, RefineSettings("adam", steps=3), device="cpu").report
    assert not report.bounded
    assert report.steps == 3
    assert report.warning is not None
    assert "3 steps" in report.warning
    assert f"{report.lambda_min:.3g}" in report.warning


@settings(deadline=None)
@given(order=st.permutations(STARS), solver=st.sampled_from(SOLVERS))
def test_order_of_constraints_makes_no_difference(order: list[Constraint], solver: Solver) -> None:
    """Any permutation gives the same bits."""
    chosen = RefineSettings(solver, steps=10)
    one, other = (refine(space(), given_, chosen, device="cpu") for given_ in (STARS, order))
    assert one.source_vectors.tobytes() == other.source_vectors.tobytes()
    assert one.target_vectors.tobytes() == other.target_vectors.tobytes()
    assert one.report.left_out == other.report.left_out


def test_what_cannot_be_used_is_left_out_and_counted() -> None:
    """Unknown words, a keyword marked with itself, repeats and contradictions change nothing."""
    useless = (
        constraint("s0", "t99", similar=True),
        constraint("s77", "t99", similar=False),
        constraint("s4", "s4", similar=True),
        constraint("s6", "t7", similar=True),
        constraint("t7", "s6", similar=False),
        SMALL[0],
    )
    clean, noisy = (refine(space(), given_, device="cpu") for given_ in (SMALL, SMALL + useless))
    assert noisy.source_vectors.tobytes() == clean.source_vectors.tobytes()
    assert noisy.source_rows.tolist() == clean.source_rows.tolist()
    out = noisy.report.left_out
    assert (out.out_of_vocabulary, out.itself, out.repeated, out.cancelled) == (2, 1, 1, 2)
    assert out.unknown_words == (word("s77"), word("t99"))
    assert noisy.report.used == 2


def test_both_directions_of_a_pair_count_twice() -> None:
    """The paper's sum runs over keywords: a pair marked from both ends pulls twice as hard."""
    both = (constraint("s0", "t0", similar=True), constraint("t0", "s0", similar=True))
    graph = constraint_graph(space(), both)
    assert graph.used == 2
    np.testing.assert_array_equal(graph.adjacency(), [[0, -2], [-2, 0]])


def test_without_constraints_nothing_changes() -> None:
    """No constraint, no row, the same embeddings."""
    embeddings = space()
    for chosen in EVERY:
        refined = refine(embeddings, [], chosen, device="cpu")
        after = refined.apply(embeddings)
        assert after.source is embeddings.source
        assert after.target is embeddings.target
        assert refined.report.touched == 0
        assert refined.report.similar_before is None


def test_progress_is_reported() -> None:
    """Adam says how far it is, up to the last step."""
    seen: list[tuple[int, int]] = []
    refine(
        space(),
        SMALL,
        RefineSettings("adam", steps=250),
        device="cpu",
        progress=lambda what, done, total: seen.append((done, total)),  # noqa: ARG005 -- the protocol's names
    )
    assert seen == [(0, 250), (100, 250), (200, 250), (250, 250)]


def test_saved_refinements_come_back_whole(tmp_path: Path) -> None:
    """Rows, vectors and report survive the file."""
    refined = refine(space(), (*STARS, constraint("s0", "t99", similar=True)), device="cpu")
    refined.save(tmp_path / "refinement.safetensors")
    again = Refinement.load(tmp_path / "refinement.safetensors")
    for name in ("source_rows", "source_vectors", "target_rows", "target_vectors"):
        kept: Vectors = getattr(refined, name)
        np.testing.assert_array_equal(getattr(again, name), kept)
    assert again.report == refined.report
    assert [path.name for path in tmp_path.iterdir()] == ["refinement.safetensors"]


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    """A missing, cut or foreign file is a DataError that names it."""
    path = tmp_path / "refinement.safetensors"
    with pytest.raises(DataError, match=r"refinement\.safetensors"):
        Refinement.load(path)
    refine(space(), SMALL, device="cpu").save(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match="refine again"):
        Refinement.load(path)


def test_other_embeddings_are_refused() -> None:
    """A refinement of larger embeddings does not fit smaller ones."""
    refined = refine(space(), STARS, device="cpu")
    few = Embeddings(["t0"], np.ones((1, DIM), np.float32))
    with pytest.raises(DataError, match="other embeddings"):
        refined.apply(BilingualEmbeddings(space().source, few))


@pytest.mark.parametrize("wrong", [{"regularization": 0.0}, {"steps": 0}, {"margin": -1.0}, {"solver": "newton"}])
def test_senseless_settings_are_refused(wrong: dict[str, object]) -> None:
    """Each setting names itself and what was got."""
    name, got = next(iter(wrong.items()))
    with pytest.raises(TrainingError, match=f"{name} must be .*{got!r}"):
        RefineSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.gpu
@pytest.mark.parametrize("chosen", EVERY)
def test_gpu_and_cpu_agree(chosen: RefineSettings) -> None:
    """The same rows to 1e-5."""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    on_cpu, on_gpu = (refine(space(), STARS, chosen, device=one) for one in ("cpu", "cuda"))
    np.testing.assert_allclose(on_gpu.source_vectors, on_cpu.source_vectors, atol=1e-5)
    np.testing.assert_allclose(on_gpu.target_vectors, on_cpu.target_vectors, atol=1e-5)
