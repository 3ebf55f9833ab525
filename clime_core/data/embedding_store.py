"""Embeddings as a folder that opens in milliseconds: memory-mapped `vectors.safetensors` and `words.json`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from clime_core.data.embeddings import Embeddings, Vectors
from clime_core.data.stream import draft_of, write_bytes
from clime_core.data.vec_file import OnBad, VecReport, read_vec
from clime_core.errors import DataError
from clime_core.progress import Progress, silent

VECTORS_FILE = "vectors.safetensors"
WORDS_FILE = "words.json"
TENSOR = "vectors"
TEXT_ENDINGS = (".vec", ".vec.gz", ".txt", ".txt.gz")


def save_embeddings(folder: Path, embeddings: Embeddings) -> None:
    """Write the store; the folder appears only when complete. An older store there is replaced, and
    embeddings already loaded from it stay usable.

    Raises DataError where the folder holds anything but a store, cannot be made, or the vectors are not
    float32.
    """
    if embeddings.vectors.dtype != np.float32:
        raise DataError(f"float32 vectors are stored, got {embeddings.vectors.dtype}; convert them first")
    _check_replaceable(folder)
    draft = draft_of(folder)
    try:
        draft.mkdir(parents=True)
        _fill(draft, embeddings)
        _swap(draft, folder)
    except OSError as error:
        raise DataError(f"cannot write {folder}: {error.strerror}; give a folder that may be written") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    foreign = {item.name for item in folder.iterdir()} - {VECTORS_FILE, WORDS_FILE} if folder.is_dir() else folder
    if foreign:
        raise DataError(f"{folder} is not an embedding store and would be lost, got {foreign}; give another folder")


def _fill(folder: Path, embeddings: Embeddings) -> None:
    try:
        words = json.dumps(list(embeddings.words), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError(f"words are stored as UTF-8, got {error.object[error.start]!r} in one; remove it") from error
    write_bytes(folder / WORDS_FILE, words)
    save_file({TENSOR: np.ascontiguousarray(embeddings.vectors)}, folder / VECTORS_FILE)


def _swap(complete: Path, folder: Path) -> None:
    """Put the complete folder in place. An older one steps aside first, because no rename replaces a full
    folder.
    """
    if not folder.exists():
        complete.rename(folder)
        return
    older = complete.with_name(f"{complete.name}.old")
    folder.rename(older)
    complete.rename(folder)
    shutil.rmtree(older)


def load_embeddings(folder: Path) -> Embeddings:
    """Open a store: vectors (n_words, dim) float32, read-only, memory-mapped, so that only rows in use are
    read.

    The values are not checked. Raises DataError where a file is missing, cut off or does not fit the other.
    """
    words = _read_words(folder / WORDS_FILE)
    vectors = _map_vectors(folder / VECTORS_FILE)
    if len(words) != len(vectors):
        raise DataError(
            f"{folder}: {len(words)} words in {WORDS_FILE} do not match "
            f"{len(vectors)} vectors in {VECTORS_FILE}; save the store again from its source"
        )
    return Embeddings(words, vectors)


def converted(folder: Path, convert: Callable[[], Embeddings], *companions: Path) -> Embeddings:
    """The store in `folder`, memory-mapped; where it is not there yet, it is made from what `convert` returns.

    `companions` are files that `convert` writes beside it: where one is missing, all is made again. Raises DataError
    as `save_embeddings`, `load_embeddings` and `convert` do.
    """
    parts = (folder / VECTORS_FILE, folder / WORDS_FILE, *companions)
    if not all(path.is_file() for path in parts):
        save_embeddings(folder, convert())
    return load_embeddings(folder)


def _read_words(path: Path) -> tuple[str, ...]:
    fix = "save the store again from its source"
    try:
        words = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; {fix}") from error
    except ValueError as error:
        raise DataError(f"{path} is not complete JSON: {error}; {fix}") from error
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise DataError(f"{path} must be a list of words, got {repr(words)[:60]}; {fix}")
    if len(set(words)) != len(words):
        raise DataError(f"{path} must name each word once, got {len(words) - len(set(words))} repeated; {fix}")
    return tuple(words)


def _map_vectors(path: Path) -> Vectors:
    fix = "save the store again from its source"
    try:
        # through torch: safetensors maps the file for torch and copies it for numpy
        with safe_open(path, framework="pt") as tensors:
            if TENSOR not in tensors.keys():  # noqa: SIM118 (not a mapping)
                raise DataError(f"{path} must hold a tensor {TENSOR!r}, got {list(tensors.keys())}; {fix}")
            tensor = tensors.get_tensor(TENSOR)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error}; {fix}") from error
    except SafetensorError as error:
        raise DataError(f"{path} is damaged or cut off: {error}; {fix}") from error
    if tensor.ndim != 2 or str(tensor.dtype) != "torch.float32":
        got = f"{tensor.dtype} of shape {tuple(tensor.shape)}"
        raise DataError(f"{path} must hold float32 vectors (n_words, dim), got {got}; {fix}")
    vectors: Vectors = tensor.numpy()
    vectors.flags.writeable = False
    return vectors


def open_embeddings(
    path: Path, progress: Progress = silent, *, on_bad: OnBad = "refuse", max_words: int | None = None
) -> tuple[Embeddings, VecReport | None]:
    """Open word2vec text (`.vec`, `.txt`, either with `.gz`) as `read_vec` does, with its report, or a store
    folder.

    Raises DataError where it is neither, or as `read_vec` and `load_embeddings` do.
    """
    if path.is_dir():
        store = load_embeddings(path)
        return (store if max_words is None else Embeddings(store.words[:max_words], store.vectors[:max_words])), None
    if not path.exists():
        raise DataError(f"{path}: no such file or folder of vectors; correct the path")
    if not path.name.endswith(TEXT_ENDINGS):
        endings = ", ".join(TEXT_ENDINGS)
        raise DataError(f"embeddings are a store folder or a file ending in {endings}, got {str(path)!r}; rename it")
    return read_vec(path, on_bad=on_bad, max_words=max_words, progress=progress)
