"""The demo's sentences and words are data: complete, and of one shape."""

from ml_backend.demo.grammar import SLOT
from ml_backend.demo.sentences import frames, lexicon


def test_every_slot_of_a_frame_has_words() -> None:
    """No frame names a slot that the lexicon does not fill, and no slot is without a frame."""
    every = [*frames().openers, *frames().health, *frames().general, *frames().border_health, *frames().border_other]
    every += [frame for topic in frames().topics.values() for frame in topic]
    named = {slot for frame in every for side in frame for _, slot in SLOT.findall(side)}
    assert named == {*lexicon().nouns, *lexicon().plurals, *lexicon().plain}


def test_words_have_two_languages_and_nouns_a_gender() -> None:
    """A row with a missing or an additional cell would shift a word into the other language."""
    nouns = [noun for table in (lexicon().nouns, lexicon().plurals) for rows in table.values() for noun in rows]
    pairs = [pair for rows in lexicon().plain.values() for pair in rows]
    pairs += [*lexicon().function_words, *lexicon().frame_words]
    assert {len(noun) for noun in nouns} == {3}
    assert {noun[2] for noun in nouns} == {"m", "f"}
    assert {len(pair) for pair in pairs} == {2}
    assert all(cell for row in (*nouns, *pairs) for cell in row)


def test_general_slots_exist() -> None:
    """The seed dictionary takes its words from slots of the lexicon."""
    assert set(lexicon().general_slots) <= {*lexicon().nouns, *lexicon().plurals, *lexicon().plain}
