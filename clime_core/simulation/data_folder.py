"""A setting of an experiment: one language pair with one kind of vectors, read from a data folder.

The folder holds train.jsonl, test.jsonl, unlabeled.jsonl, unlabeled_gold.jsonl, categories.txt, dictionary.tsv, and
the vectors <source>.vec.gz and <target>.<method>.vec.gz, or a file VECTORS that names the folder that has them. With
topics it is train.topics.jsonl, test.topics.jsonl, categories.topics.txt and the gold field "topic". Beside the
folder, annotator/<language>.tsv.gz holds the word counts of a simulated annotator, where there are any. The annotator
may have a dictionary of its own; then dictionary.tsv is the machine's alone.

The vectors of a sentence encoder are train.<method>.npy, test.<method>.npy and unlabeled.<method>.npy, a row for each
document. What something else predicted of test and pool is predictions.<method>.jsonl. With either, and with the method
TEXT, word vectors and the dictionary may be left out: then only documents can be asked about.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from clime_core.data.bilingual_dictionary import read_dictionary
from clime_core.data.digest import file_digest
from clime_core.data.documents import Document, DocumentId, read_documents
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.encoded_documents import with_vectors
from clime_core.data.given_predictions import with_every_prediction
from clime_core.data.language import Language
from clime_core.data.stream import text_lines
from clime_core.data.translations import Translations
from clime_core.errors import DataError
from clime_core.simulation.annotator_knowledge import Knowledge, read_gold, read_word_counts
from clime_core.simulation.vector_cache import cached_vectors

VECTORS_NOTE = "VECTORS"
"""A file that names the folder of the vectors."""

VECTORS_SUFFIX = ".vec.gz"

TEXT = "text"
"""The method of a setting that is read as text alone."""

TOPICS = ".topics"
"""The end of the name of a setting with many categories."""

OTHER_COLUMN = "other"
"""The column of word counts for a category without its own."""


@dataclass(frozen=True, eq=False)
class Setting:
    """The data of one setting. `gold`: the pool's labels, only for the simulated annotator's answers.

    knowledge: the annotator's. machine: the folder's dictionary alone, which controls may use.
    """

    name: str
    method: str
    categories: tuple[str, ...]
    embeddings: BilingualEmbeddings
    train: tuple[Document, ...]
    pool: tuple[Document, ...]
    test: tuple[Document, ...]
    gold: Mapping[DocumentId, int]
    knowledge: Knowledge
    machine: Knowledge

    @cached_property
    def translations(self) -> Translations:
        """The folder's dictionary, for the recipes that give it to the machine."""
        return Translations.of(self.machine.dictionary, self.train, self.pool)


@dataclass(frozen=True)
class SettingFiles:
    """The paths of a setting's files. Raises DataError naming a file that is missing.

    `own_dictionary`: the annotator's, where it is not the folder's.
    """

    folder: Path
    method: str
    topics: bool = False
    own_dictionary: Path | None = None

    def __post_init__(self) -> None:
        for path in self.paths:
            if not path.is_file():
                raise DataError(f"{path}: no such file; a data folder needs it (docs/simulation.md lists them all)")

    @property
    def name(self) -> str:
        """The folder's name, with `.topics` for the task of many categories."""
        return self.folder.resolve().name + (TOPICS if self.topics else "")

    @property
    def train(self) -> Path:
        """Labelled source documents."""
        return self._task("train", "jsonl")

    @property
    def test(self) -> Path:
        """Labelled target documents."""
        return self._task("test", "jsonl")

    @property
    def categories(self) -> Path:
        """Names of the categories, a line each."""
        return self._task("categories", "txt")

    @cached_property
    def vectors(self) -> dict[Language, Path]:
        """The files of word vectors; none where the method has documents' vectors, predictions or texts alone.

        Raises DataError unless there is exactly one file for each language.
        """
        folder = _vector_folder(self.folder)
        alone = self.method == TEXT or self.document_vectors or self.predictions
        if alone and not [*folder.glob(f"*.{self.method}{VECTORS_SUFFIX}")]:
            return {}
        files = sorted(folder.glob(f"*{VECTORS_SUFFIX}"))
        source = [path for path in files if "." not in path.name.removesuffix(VECTORS_SUFFIX)]
        target = [path for path in files if path.name.endswith(f".{self.method}{VECTORS_SUFFIX}")]
        for stem, found in (("<source>", source), (f"<target>.{self.method}", target)):
            if len(found) != 1:
                got = [path.name for path in files]
                problem = f"one file {stem}{VECTORS_SUFFIX} is needed, got {got}; check --base, --data and --method"
                raise DataError(f"{folder}: {problem}")
        return {Language.SOURCE: source[0], Language.TARGET: target[0]}

    @cached_property
    def document_vectors(self) -> dict[str, Path]:
        """The files of the documents' own vectors, of `train`, `test` and `unlabeled`; none where train has none."""
        parts = {"train": self.train, "test": self.test, "unlabeled": self.pool}
        files = {part: path.with_name(f"{path.stem}.{self.method}.npy") for part, path in parts.items()}
        return files if files["train"].is_file() else {}

    @property
    def predictions(self) -> Path | None:
        """What something else predicted of pool and test, where there is such a file of the method."""
        path = self._task("predictions", f"{self.method}.jsonl")
        return path if path.is_file() else None

    @property
    def place(self) -> str:
        """The name with the kind of vectors, as tables and plots have it."""
        return place_of(self.name, self.method)

    @property
    def dictionary(self) -> Path | None:
        """The folder's dictionary; None where there are no words to ask about, and no dictionary."""
        path = self.folder / "dictionary.tsv"
        return path if self.vectors or path.is_file() else None

    @property
    def annotator_dictionary(self) -> Path | None:
        """The annotator's dictionary: its own, or the folder's."""
        return self.own_dictionary or self.dictionary

    @property
    def pool(self) -> Path:
        """Unlabelled target documents."""
        return self.folder / "unlabeled.jsonl"

    @property
    def gold(self) -> Path:
        """The labels of the pool."""
        return self.folder / "unlabeled_gold.jsonl"

    @property
    def word_counts(self) -> dict[Language, Path]:
        """Counts of words by category in text from elsewhere, where there are any; the topics have none."""
        if self.topics:
            return {}
        named = {
            language: self.folder.resolve().parent / "annotator" / f"{path.name.split('.')[0]}.tsv.gz"
            for language, path in self.vectors.items()
        }
        return {language: path for language, path in named.items() if path.is_file()}

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that is read."""
        documents = (self.train, self.test, self.categories, self.pool, self.gold)
        optional = filter(None, [self.dictionary, self.own_dictionary, self.predictions])
        words = (*optional, *self.vectors.values(), *self.word_counts.values())
        return (*documents, *words, *self.document_vectors.values())

    def stamp(self) -> str:
        """A digest of all data: when a byte changes, results made with it are made again."""
        digests = [file_digest(path)[:16] + (" annotator" * (path == self.own_dictionary)) for path in self.paths]
        return hashlib.sha256("".join(digests).encode()).hexdigest()[:16]

    def _task(self, part: str, suffix: str) -> Path:
        return self.folder / f"{part}{'.topics' if self.topics else ''}.{suffix}"


def read_setting(files: SettingFiles, cache: Path) -> Setting:
    """Read it all; vectors are mapped from `cache`, where they are converted once.

    Raises DataError where a file is damaged, a document of train or test has no label, or one of the pool no gold.
    """
    categories = tuple(line.strip() for _, line in text_lines(files.categories) if line.strip())
    pool = _unlabelled(files.pool)
    gold = _gold(files, pool)
    machine, own = (read_dictionary(path) if path else () for path in (files.dictionary, files.own_dictionary))
    counts = {
        language: read_word_counts(path, _columns(path, categories)) for language, path in files.word_counts.items()
    }
    parts = {
        "pool": _encoded(pool, files, "unlabeled"),
        "test": _encoded(_labelled(files.test, len(categories)), files, "test"),
    }
    if files.predictions is not None:
        parts = with_every_prediction(parts, files.predictions, categories)
    return Setting(
        name=files.name,
        method=files.method,
        categories=categories,
        embeddings=_embeddings(files, cache),
        train=_encoded(_labelled(files.train, len(categories)), files, "train"),
        pool=parts["pool"],
        test=parts["test"],
        gold=gold,
        knowledge=Knowledge(own if files.own_dictionary else machine, counts, gold),
        machine=Knowledge(machine, {}, {}),
    )


def place_of(name: str, method: str) -> str:
    """A setting with its kind of vectors, as tables and plots name it."""
    return f"{name} {method.upper()}"


def target_language(name: str) -> str:
    """The target language of a setting `<source>-<target>-...`; of another name all of it."""
    parts = name.removesuffix(TOPICS).split("-")
    return parts[1] if len(parts) > 1 and parts[1] else name


def _embeddings(files: SettingFiles, cache: Path) -> BilingualEmbeddings:
    """The word vectors; of no word where there are none."""
    if not files.vectors:
        return BilingualEmbeddings(*(Embeddings((), np.zeros((0, 1), dtype=np.float32)) for _ in Language))
    return BilingualEmbeddings(*(cached_vectors(files.vectors[language], cache) for language in Language))


def _encoded(documents: tuple[Document, ...], files: SettingFiles, part: str) -> tuple[Document, ...]:
    """With their own vectors, where there are any."""
    path = files.document_vectors.get(part)
    return documents if path is None else with_vectors(documents, path)


def _unlabelled(path: Path) -> tuple[Document, ...]:
    """The documents of a file without their labels, if they have any."""
    return tuple(Document(document.id, document.tokens, text=document.text) for document in read_documents(path))


def _gold(files: SettingFiles, pool: Sequence[Document]) -> dict[DocumentId, int]:
    """The gold label of every document of the pool."""
    path = files.gold
    gold = read_gold(path, "topic" if files.topics else "label")
    missing = [document.id for document in pool if document.id not in gold]
    if missing:
        raise DataError(f"{path}: no label for {missing[:5]}: give every document of the pool a line there")
    return gold


def _vector_folder(folder: Path) -> Path:
    """The folder itself, or another one that its file VECTORS names by a relative path."""
    note = folder / VECTORS_NOTE
    if not note.is_file():
        return folder
    words = note.read_text(encoding="utf-8").split()
    folders = [folder / word for word in words if (folder / word).is_dir()]
    if not folders:
        raise DataError(f"{note}: names no folder, got {' '.join(words)!r}; write the path of the vectors' folder")
    return folders[0]


def _columns(path: Path, categories: tuple[str, ...]) -> tuple[str, ...]:
    """The column of each category: of its own name, else `other`."""
    _, header = next(text_lines(path), (1, ""))
    names = header.split("\t")
    chosen = tuple(category if category in names else OTHER_COLUMN for category in categories)
    if len(set(chosen)) < len(chosen):
        raise DataError.at(
            path, 1, f"a column for each of {list(categories)}, one of them other, is needed, got {names}"
        )
    return chosen


def _labelled(path: Path, n_categories: int) -> tuple[Document, ...]:
    documents = read_documents(path, n_categories=n_categories)
    unlabelled = [document.id for document in documents if document.label is None]
    if unlabelled or not documents:
        raise DataError(f"{path}: every document needs a label, got none for {unlabelled[:5]}; label or remove them")
    return documents
