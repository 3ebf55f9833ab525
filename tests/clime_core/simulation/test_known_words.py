"""The annotator's own dictionary, and how much of the pool is known."""

from pathlib import Path

from clime_core.data.language import Language, Word
from clime_core.simulation.annotator import Habits
from clime_core.simulation.campaign import Start, simulate
from clime_core.simulation.condition import CLIME, Effort
from clime_core.simulation.controls import CONTROLS
from clime_core.simulation.data_folder import SettingFiles, read_setting, target_language
from clime_core.simulation.known_words import PoolKnowledge


def test_the_person_is_not_the_machine(files: SettingFiles, start: Start, tmp_path: Path) -> None:
    """Its dictionary is its own; the machine keeps that of the folder, and the digest of the data tells."""
    pool = start.setting.pool
    own = tmp_path / "own.tsv"
    own.write_text(f"nothing\t{pool[0].tokens[0]}\n", encoding="utf-8")
    other = SettingFiles(files.folder, files.method, own_dictionary=own)
    setting = read_setting(other, tmp_path)
    assert setting.knowledge.dictionary == (("nothing", pool[0].tokens[0]),)
    assert setting.machine.dictionary == start.setting.machine.dictionary == start.setting.knowledge.dictionary
    assert other.stamp() != files.stamp()
    keyword = Word(Language.SOURCE, setting.machine.dictionary[0][0])
    assert setting.machine.translations(keyword)
    assert not setting.knowledge.translations(keyword)


def test_shares_of_the_pool_are_counted(files: SettingFiles, start: Start, tmp_path: Path) -> None:
    """Running words by how often they occur, distinct words once; words from counts are known too."""
    pool = start.setting.pool
    word, words = pool[0].tokens[0], [token for document in pool for token in document.tokens]
    own = tmp_path / "own.tsv"
    own.write_text(f"nothing\t{word}\nnowhere\tnever-there\n", encoding="utf-8")
    other = SettingFiles(files.folder, files.method, own_dictionary=own)
    known = PoolKnowledge.of(read_setting(other, tmp_path), other)
    assert (known.file, known.annotator.pairs) == ("own.tsv", 2)
    found = known.annotator.by_dictionary
    assert (found.known_tokens, found.tokens) == (words.count(word), len(words))
    assert (found.known_types, found.types) == (1, len(set(words)))
    assert known.annotator.by_all.known_types > 1
    assert known.machine.by_all == known.machine.by_dictionary
    assert known.machine.by_dictionary.known_types > 1


def test_the_machines_dictionary_is_indexed_once(start: Start) -> None:
    """Every keyword of every run is judged by one and the same index."""
    vars(start.setting.machine).pop("_translations", None)
    simulate(start, CLIME, CONTROLS["dictionary-machine"], Effort(minutes=3), Habits())
    index = vars(start.setting.machine)["_translations"]
    simulate(start, CLIME, CONTROLS["dictionary-machine"], Effort(minutes=3), Habits())
    assert vars(start.setting.machine)["_translations"] is index


def test_the_language_is_in_the_name_of_a_setting() -> None:
    """The second part; a name of one part is its own language."""
    assert [target_language(name) for name in ("en-ti-sib", "en-ti.topics", "en-sw-news.topics", "corpus")] == [
        "ti", "ti", "sw", "corpus",
    ]  # fmt: skip
