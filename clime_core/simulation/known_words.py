"""How much of a pool an annotator knows, and how much the machine's dictionary."""

from dataclasses import asdict, dataclass
from typing import Any

from clime_core.data.documents import Coverage, coverage
from clime_core.data.language import Language
from clime_core.simulation.annotator_knowledge import Knowledge
from clime_core.simulation.data_folder import Setting, SettingFiles


@dataclass(frozen=True)
class KnownWords:
    """The target words of a dictionary of so many pairs, and of word counts where there are any, in the pool."""

    pairs: int
    by_dictionary: Coverage
    by_all: Coverage

    @classmethod
    def of(cls, knowledge: Knowledge, setting: Setting) -> "KnownWords":
        """In the pool of the setting."""
        words = {target for _, target in knowledge.dictionary}
        counted = words.union(knowledge.counts.get(Language.TARGET, ()))
        return cls(len(knowledge.dictionary), coverage(setting.pool, words), coverage(setting.pool, counted))


@dataclass(frozen=True)
class PoolKnowledge:
    """What the annotator and the machine know of the pool of a setting. `file`: name of the annotator's dictionary."""

    file: str
    annotator: KnownWords
    machine: KnownWords

    @classmethod
    def of(cls, setting: Setting, files: SettingFiles) -> "PoolKnowledge":
        """Of a setting and the files that it was read from."""
        file = "" if files.annotator_dictionary is None else files.annotator_dictionary.name
        return cls(file, KnownWords.of(setting.knowledge, setting), KnownWords.of(setting.machine, setting))

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)
