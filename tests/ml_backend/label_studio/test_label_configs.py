"""Finding a campaign's controls in a label config, and saying what is wrong with it."""

import re

import pytest

import label_config
from clime_core.data.language import Language
from clime_core.errors import CampaignError
from label_config import UNSURE_CHOICE, Kind, LabelConfigSettings
from ml_backend.label_studio.label_configs import DocumentTag, check_label_config
from ml_backend.label_studio.task_data import DocumentTask, build_document_task

CATEGORIES = ("Earthquake & <fire>", 'The "rest"')
SETTINGS = LabelConfigSettings("English", "Tigrinya", CATEGORIES, instructions="Be kind & quick.")
KINDS: tuple[Kind, ...] = ("documents", "words", "review", "mixed")
OURS = DocumentTag("label", "text", "doc[{{d}}].text")


def config(*controls: str) -> str:
    """A team's own config over the field `body`."""
    return f'<View><Text name="body" value="$body"/>{"".join(controls)}</View>'


def choices(name: str, *values: str, extra: str = "") -> str:
    """A Choices tag over the text of `config`."""
    inner = "".join(f'<Choice value="{value}"/>' for value in values)
    return f'<Choices name="{name}" toName="body" {extra}>{inner}</Choices>'


@pytest.mark.parametrize("kind", KINDS)
def test_rendered_templates_pass_their_own_check(kind: Kind) -> None:
    """What we render is what we ask for, also with characters that XML reserves."""
    report = check_label_config(label_config.render(kind, SETTINGS), kind, CATEGORIES)
    assert report.problems == ()
    assert report.tag == (OURS if kind in ("documents", "mixed") else None)


@pytest.mark.parametrize("kind", ["words", "mixed"])
def test_one_language_has_one_column(kind: Kind) -> None:
    """Without a heading, as there is nothing to tell apart; the other column is missing only where there are two."""
    xml = label_config.render(kind, LabelConfigSettings(None, "Ilocano", CATEGORIES))
    assert xml.count('className="column ') == 1
    assert "src" not in xml
    assert "Ilocano" not in xml
    assert check_label_config(xml, kind, CATEGORIES, languages=[Language.TARGET]).problems == ()
    assert "src_{{i}}" in check_label_config(xml, kind, CATEGORIES).problems[0]


def test_templates_hold_the_texts_and_keep_indexes() -> None:
    """Texts are escaped, Label Studio's indexes stay, the direction is per language."""
    xml = label_config.render("mixed", SETTINGS)
    assert "Earthquake &amp; &lt;fire&gt;" in xml
    assert "Be kind &amp; quick." in xml
    assert "src_{{s}}" in xml
    assert "[[" not in xml
    assert 'className="column tgt"' in xml
    turned = LabelConfigSettings("English", "Uyghur", CATEGORIES, target_rtl=True)
    assert 'className="column tgt rtl"' in label_config.render("words", turned)


def test_hotkeys_end_at_nine() -> None:
    """The tenth category has no hotkey of ours."""
    xml = label_config.render("documents", LabelConfigSettings("a", "b", tuple(f"c{n}" for n in range(12))))
    assert 'value="c8" hotkey="9"' in xml
    assert '<Choice value="c9"/>' in xml


def keys_of(count: int) -> list[list[str]]:
    """The keys of each text on a review screen of so many categories, in order."""
    xml = label_config.render("review", LabelConfigSettings("a", "b", tuple(f"c{n}" for n in range(count))))
    rows = re.findall(r'<Choices name="review_.*?</Choices>', xml, re.DOTALL)
    return [re.findall(r'hotkey="(.*?)"', row) for row in rows]


def test_the_keys_of_a_review_screen_are_a_column_of_the_keyboard() -> None:
    """The text chooses the column, the category the row; with many categories the shift key doubles the rows."""
    assert keys_of(2)[:2] == [["1", "q", "a"], ["2", "w", "s"]]
    assert keys_of(4)[2] == ["3", "e", "d", "shift+3", "shift+e"]
    assert keys_of(7)[6] == ["7", "u", "j", "m", "shift+7", "shift+u", "shift+j", "shift+m"]


@pytest.mark.parametrize(("categories", "texts"), [(2, 9), (4, 9), (5, 9), (7, 7), (8, 0)])
def test_a_text_has_keys_for_all_choices_or_none(categories: int, texts: int) -> None:
    """Where the keys run out the whole text has none; no key stands twice."""
    keys = keys_of(categories)
    assert [len(row) for row in keys] == [categories + 1] * texts + [0] * (12 - texts)
    assert len({key for row in keys for key in row}) == texts * (categories + 1)


@pytest.mark.parametrize("name", [UNSURE_CHOICE, "Not From This"])
def test_no_category_is_called_like_the_unsure_answer(name: str) -> None:
    """On a review screen the two could not be told apart."""
    with pytest.raises(CampaignError, match="an answer of its own"):
        LabelConfigSettings("English", "Tigrinya", ("a", name))


@pytest.mark.parametrize("categories", [(), ("one",), ("same", "same"), ("a", " "), ("a", "$b"), ("a", "{{b")])
def test_settings_refuse_unusable_categories(categories: tuple[str, ...]) -> None:
    """Categories that Label Studio would not show as written are refused by name."""
    with pytest.raises(CampaignError, match="categories"):
        LabelConfigSettings("English", "Tigrinya", categories)


def test_settings_refuse_what_xml_cannot_hold() -> None:
    """A control character is named with its field; an amount of money is fine."""
    with pytest.raises(CampaignError, match="target_language"):
        LabelConfigSettings("English", "Tig\x01rinya", CATEGORIES)
    assert LabelConfigSettings("English", "Tigrinya", ("under $100", "over")).categories[0] == "under $100"


def test_finds_a_teams_own_control() -> None:
    """The one Choices over a Text is the document control, whatever its name."""
    report = check_label_config(config(choices("topic", "a", "b")), "documents", ("b", "a"))
    assert report.tag == DocumentTag("topic", "body", "body")
    assert report.problems == ()


def test_aliases_are_what_results_carry() -> None:
    """A Choice with an alias counts by its alias."""
    tags = '<Choices name="topic" toName="body"><Choice value="Long" alias="a"/><Choice value="b"/></Choices>'
    assert check_label_config(config(tags), "documents", ("a", "b")).problems == ()


def test_of_several_controls_the_fitting_or_the_named_one() -> None:
    """Among several Choices, the one with the campaign's categories; else somebody must name one."""
    both = config(choices("tone", "calm", "angry"), choices("topic", "a", "b"))
    fitting = check_label_config(both, "documents", ("a", "b")).tag
    assert fitting is not None
    assert fitting.from_name == "topic"
    unclear = check_label_config(both, "documents", ("x", "y"))
    assert unclear.tag is None
    assert "ambiguous; the config has tone, topic" in unclear.problems[0]
    named = check_label_config(both, "documents", ("calm", "angry"), "tone")
    assert named.problems == ()
    assert "the config has tone, topic" in check_label_config(both, "documents", ("a", "b"), "nil").problems[0]


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ("<View", "not well-formed XML"),
        ("", "not well-formed XML"),
        ("<View/>", "no <Choices>"),
        (config(choices("topic", "a", "c")), "<Choices name=\"topic\">: <Choice value='b'> is missing"),
        (config(choices("topic", "a", "b", "c")), "<Choice value='c'> is no category"),
        (config(choices("topic", "a", "b", extra='choice="multiple"')), 'choice="single" is needed'),
        (config(choices("topic", "a", "b", extra='perRegion="true"')), "remove perRegion"),
        (config(choices("topic", extra='value="$options"')), "takes its choices from the task"),
        ('<View><Choices name="a" toName="b"><Choice value="a"/></Choices></View>', "no <Choices>"),
    ],
)
def test_each_problem_names_the_tag_and_the_mend(xml: str, said: str) -> None:
    """A config that does not serve is told why."""
    problems = check_label_config(xml, "documents", ("a", "b")).problems
    assert any(said in problem for problem in problems)


def test_an_xml_declaration_is_read() -> None:
    """A config with an encoding declaration is a config."""
    xml = '<?xml version="1.0" encoding="utf-8"?>' + config(choices("topic", "a", "b"))
    assert check_label_config(xml, "documents", ("a", "b")).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name="src_{{s}}"', 'name="near_{{s}}"', '<Choices name="src_{{i}}"> is missing'),
        ('<Choice value="dissimilar"/>', '<Choice value="different"/>', "must be similar and dissimilar"),
        (
            "$word[{{w}}].tgt[{{t}}].html",
            "$word[{{w}}].src[{{t}}].html",
            '<Choices name="tgt_{{i}}">: toName',
        ),
        ('name="src_add_similar"', 'name="src_pick_similar"', "must be a taxonomy"),
    ],
)
def test_changed_word_parts_are_noticed(old: str, new: str, said: str) -> None:
    """A word config whose controls are renamed or rewired is told which."""
    xml = label_config.render("words", SETTINGS)
    assert old in xml
    assert said in " ".join(check_label_config(xml.replace(old, new), "words", CATEGORIES).problems)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name="review_3"', 'name="text_3"', '<Choices name="review_3">: missing; start from the template again'),
        ('<Choice value="not from this"', '<Choice value="?"', "<Choice value='not from this'> is missing"),
        ('name="review_3" toName="shown_3"', 'name="review_3" toName="shown_4"', "must be the text at the same place"),
        (
            'name="review_3" toName="shown_3" choice="single"',
            'name="review_3" toName="shown_3" choice="multiple"',
            "si",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["review", "mixed"])
def test_changed_review_parts_are_noticed(kind: Kind, old: str, new: str, said: str) -> None:
    """A review screen whose controls are renamed, rewired or hold other choices is told which."""
    xml = label_config.render(kind, SETTINGS)
    assert old in xml
    assert said in " ".join(check_label_config(xml.replace(old, new), kind, CATEGORIES).problems)


def test_a_mixed_config_from_before_review_screens_serves_campaigns_without_them() -> None:
    """Documents and words need nothing new; review screens need their part."""
    xml = label_config.render("mixed", SETTINGS)
    older = xml[: xml.index('<Repeater on="$review"')] + "</View>"
    assert check_label_config(older, "mixed", CATEGORIES, reviews=False).problems == ()
    (problem,) = check_label_config(older, "mixed", CATEGORIES).problems
    assert '<Choices name="review_11">: missing' in problem
    assert "clime up" in problem


def test_adding_words_may_be_left_out() -> None:
    """A team may drop the search; marks are still read."""
    kept = [line for line in label_config.render("words", SETTINGS).splitlines() if "<Taxonomy" not in line]
    assert check_label_config("\n".join(kept), "words", CATEGORIES).problems == ()


def test_similar_words_are_asked_for_and_older_configs_still_serve() -> None:
    """Both buttons stay, dissimilar words cannot be added; a project that still offers it passes the check."""
    xml = label_config.render("words", SETTINGS)
    assert xml.count('<Choice value="similar"/><Choice value="dissimilar"/>') == 2
    assert [f"{side}_{how}_similar" in xml for side in ("src", "tgt") for how in ("pick", "add")] == [True] * 4
    assert "_dissimilar" not in xml
    older = xml.replace(
        '<Header value="Add similar words" size="6"/>',
        '<TextArea name="src_add_dissimilar" toName="keyword"/><Taxonomy name="src_pick_dissimilar" toName="keyword"/>',
        1,
    )
    assert older != xml
    assert check_label_config(older, "words", CATEGORIES).problems == ()


def test_a_mixed_project_needs_its_own_shape() -> None:
    """A team's config shows no released document."""
    xml = config(choices("topic", *("a", "b")))
    problems = check_label_config(xml, "mixed", ("a", "b")).problems
    assert any("doc[{{d}}].text" in problem for problem in problems)
    assert any("src_{{i}}" in problem for problem in problems)


def test_a_control_finds_the_text() -> None:
    """The text is found in our shape, in a team's, and in nested fields; elsewhere it is None."""
    assert OURS.text(build_document_task(DocumentTask(1, "hello"))) == "hello"
    assert OURS.text({"doc": []}) is None
    assert DocumentTag("a", "b", "body").text({"body": "hello"}) == "hello"
    assert DocumentTag("a", "b", "meta.body").text({"meta": {"body": "hello"}}) == "hello"
    assert DocumentTag("a", "b", "body").text({"body": 3}) is None
