"""Refine word vectors so that similar words come closer and dissimilar ones move apart.

Yuan et al. 2020, eq. 3-5, with the paper's sign: minimise over the vectors E

    C(E) = sum of E_k . E_n over dissimilar pairs - sum of E_k . E_p over similar pairs + lambda |E - E0|^2
         = 1/2 tr(E' S E) + lambda |E - E0|^2,        S signed adjacency: -1 similar, +1 dissimilar.

The gradient S E + 2 lambda (E - E0) is zero for every word without a constraint, at every step, so that
refining the touched rows alone is exact. C has a minimum only if the smallest eigenvalue of S is above
-2 lambda; a keyword with d marks alone has -sqrt(d). Hence three solvers:

closed  the minimiser (2 lambda I + S) E = 2 lambda E0; where there is none, lambda is raised to
        (1 + margin) |lambda_min| / 2 and the report says so
degree  the same with S divided by the roots of both words' degrees, so that much-marked words do not run away
adam    the paper: a fixed number of Adam steps (default rates) from E0; without a minimum it stops
        wherever the steps end, of which the report warns
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from clime_core.data.embeddings import BilingualEmbeddings, Vectors
from clime_core.data.language import Language
from clime_core.data.marks import Constraint
from clime_core.data.normalize import at_lengths
from clime_core.model.device import Device, resolve_device, run_on
from clime_core.model.refinement.constraint_graph import ConstraintGraph, constraint_graph
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.model.refinement.refinement import Refinement, RefineReport
from clime_core.progress import Progress, silent

__all__ = ["RefineReport", "RefineSettings", "Refinement", "refine"]

PROGRESS_EVERY = 100


@dataclass(frozen=True, eq=False)
class _Solution:
    """New vectors (n, dim), the smallest eigenvalue of S, the lambda used, whether C has a minimum."""

    vectors: Vectors
    lambda_min: float
    regularization: float
    bounded: bool


def refine(
    embeddings: BilingualEmbeddings,
    constraints: Sequence[Constraint],
    settings: RefineSettings | None = None,
    *,
    device: Device = "auto",
    progress: Progress = silent,
) -> Refinement:
    """The rows that the constraints change, and a report. The embeddings themselves are not touched.

    Deterministic on one device, whatever the order of the constraints. Constraints that cannot be used
    are left out and counted in the report. A full GPU sends the work to the CPU.
    """
    started = time.perf_counter()
    chosen = settings or RefineSettings()
    graph = constraint_graph(embeddings, constraints)
    ran = run_on(resolve_device(device), lambda place: _solve(graph, chosen, place, progress))
    solution = ran.result
    vectors = _kept(graph.vectors, solution.vectors, chosen)
    source = np.array([word.language is Language.SOURCE for word in graph.words], dtype=bool)
    return Refinement(
        source_rows=graph.rows[source],
        source_vectors=vectors[source],
        target_rows=graph.rows[~source],
        target_vectors=vectors[~source],
        report=_report(graph, chosen, solution, vectors, time.perf_counter() - started),
    )


def _solve(graph: ConstraintGraph, settings: RefineSettings, place: torch.device, progress: Progress) -> _Solution:
    """Run the solver that was asked for on the touched rows."""
    weight = settings.regularization
    if not graph.words or settings.solver == "off":
        return _Solution(graph.vectors, 0.0, weight, bounded=True)
    signed = torch.from_numpy(graph.adjacency(by_degree=settings.solver == "degree")).to(place)
    lambda_min = float(torch.linalg.eigvalsh(signed)[0])
    bounded = lambda_min > -2 * weight
    if settings.solver == "adam":
        return _Solution(_adam(graph, settings, place, progress), lambda_min, weight, bounded)
    if not bounded:
        weight = (1 + settings.margin) * abs(lambda_min) / 2
    return _Solution(_minimiser(graph.vectors, signed, weight), lambda_min, weight, bounded)


def _minimiser(start: Vectors, signed: torch.Tensor, weight: float) -> Vectors:
    """The E with zero gradient: (2 lambda I + S) E = 2 lambda E0, solved in float64; returned as float32."""
    before = torch.from_numpy(start).to(signed)
    system = signed + 2 * weight * torch.eye(len(signed)).to(signed)
    solved: Vectors = torch.linalg.solve(system, 2 * weight * before).float().cpu().numpy()
    return solved


def _adam(graph: ConstraintGraph, settings: RefineSettings, place: torch.device, progress: Progress) -> Vectors:
    """A fixed number of Adam steps with default rates on the analytic gradient, in float32."""
    before = torch.from_numpy(graph.vectors).to(place)
    signed = _sparse(graph, place)
    pull = 2 * settings.regularization
    rows = before.clone()
    optimizer = torch.optim.Adam([rows], fused=True)
    for step in range(settings.steps):
        rows.grad = torch.sparse.mm(signed, rows).add_(rows - before, alpha=pull)
        optimizer.step()
        if step % PROGRESS_EVERY == 0:
            progress("refining", step, settings.steps)
    progress("refining", settings.steps, settings.steps)
    refined: Vectors = rows.cpu().numpy()
    return refined


def _sparse(graph: ConstraintGraph, place: torch.device) -> torch.Tensor:
    """S as a sparse (n, n) float32 tensor: a word has few marks, so a step costs next to nothing."""
    ends = np.stack([np.r_[graph.left, graph.right], np.r_[graph.right, graph.left]])
    weights = np.r_[graph.weights, graph.weights].astype(np.float32)
    n = len(graph.words)
    entries = torch.sparse_coo_tensor(torch.from_numpy(ends), torch.from_numpy(weights), (n, n), check_invariants=True)
    return entries.coalesce().to(place)


def _kept(before: Vectors, after: Vectors, settings: RefineSettings) -> Vectors:
    """The vectors after refining, with what is to be kept of those before."""
    if settings.keep == "lengths":
        return _at_length_of(before, after)
    return _at_length_of(after, before) if settings.keep == "directions" else after


def _at_length_of(before: Vectors, after: Vectors) -> Vectors:
    """`after` with every row at the length it had in `before`; (n, dim). A row that became zero stays so."""
    lengths: Vectors = np.linalg.norm(before, axis=1, keepdims=True)
    return at_lengths(after, lengths)


def _report(
    graph: ConstraintGraph, settings: RefineSettings, solution: _Solution, vectors: Vectors, seconds: float
) -> RefineReport:
    """What was done, before and after."""
    return RefineReport(
        solver=settings.solver,
        used=graph.used,
        left_out=graph.left_out,
        touched=len(graph.words),
        lambda_min=solution.lambda_min,
        regularization=solution.regularization,
        bounded=solution.bounded,
        steps=settings.steps if settings.solver == "adam" and graph.words else 0,
        similar_before=graph.mean_cosine(graph.vectors, similar=True),
        similar_after=graph.mean_cosine(vectors, similar=True),
        dissimilar_before=graph.mean_cosine(graph.vectors, similar=False),
        dissimilar_after=graph.mean_cosine(vectors, similar=False),
        seconds=seconds,
    )
