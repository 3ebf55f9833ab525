"""HTML taken apart, to look for what makes a page hard to use with a keyboard or a screen reader."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "input", "img", "source", "br", "rect", "option"}
HEADINGS = ("h1", "h2", "h3", "h4")


@dataclass
class Element:
    """One element: its tag and attributes, the elements around it, and all the text in it."""

    tag: str
    attributes: dict[str, str | None]
    around: tuple["Element", ...]
    text: str = ""

    def inside(self, tag: str) -> bool:
        """Whether an element of that tag is around it."""
        return any(element.tag == tag for element in self.around)


@dataclass
class Markup(HTMLParser):
    """All elements of a page in order."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    @classmethod
    def of(cls, page: str) -> "Markup":
        """The page taken apart. Fails where tags do not match."""
        markup = cls()
        HTMLParser.__init__(markup)
        markup.feed(page)
        assert markup.open == [], [element.tag for element in markup.open]
        return markup

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        element = Element(tag, dict(attrs), tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content."""
        self.elements.append(Element(tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        """The innermost element ends."""
        assert self.open, f"</{tag}> ends nothing"
        assert self.open[-1].tag == tag, f"</{tag}> ends <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Text of every element that is open."""
        for element in self.open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """The elements of a tag."""
        return [element for element in self.elements if element.tag == tag]


def problems(page: str) -> list[str]:
    """What an accessibility review would name; empty for a page without fault."""
    markup = Markup.of(page)
    return [problem for check in (_structure, _names, _tables, _inline) for problem in check(markup)]


def _structure(markup: Markup) -> list[str]:
    """One main part, one first heading, no level left out, no id given twice, every reference leads somewhere."""
    found = [f"{len(markup.all(tag))} <{tag}>" for tag in ("main", "h1", "title") if len(markup.all(tag)) != 1]
    levels = [int(element.tag[1]) for element in markup.elements if element.tag in HEADINGS]
    found += [f"h{b} after h{a}" for a, b in pairwise(levels) if b > a + 1]
    ids = [element.attributes["id"] for element in markup.elements if "id" in element.attributes]
    found += [f"id {name} twice" for name in set(ids) if ids.count(name) > 1]
    for element in markup.elements:
        for name in ("aria-labelledby", "list", "for"):
            if name in element.attributes and element.attributes[name] not in ids:
                found.append(f"{name}={element.attributes[name]} leads nowhere")
    if (markup.all("html")[0].attributes.get("lang") or "") == "":
        found.append("no language")
    return found


def _names(markup: Markup) -> list[str]:
    """Everything that is seen or used has a name."""
    found = [f"img without alt: {e.attributes}" for e in markup.all("img") if not e.attributes.get("alt")]
    found += [f"svg without label: {e.attributes}" for e in markup.all("svg") if not e.attributes.get("aria-label")]
    found += [f"input without label: {e.attributes}" for e in markup.all("input") if not e.inside("label")]
    for tag in ("a", "button", "summary", "legend", "caption", *HEADINGS):
        found += [f"empty <{tag}>: {e.attributes}" for e in markup.all(tag) if not e.text.strip()]
    for element in markup.all("section") + markup.all("nav"):
        if not {"aria-label", "aria-labelledby"} & element.attributes.keys():
            found.append(f"{element.tag} without name")
    return found


def _tables(markup: Markup) -> list[str]:
    """Each has a caption, each header says what it heads."""
    found = [f"th without scope: {e.text}" for e in markup.all("th") if e.attributes.get("scope") not in ("row", "col")]
    captions = sum(element.inside("table") for element in markup.all("caption"))
    return found + (["a table without caption"] if captions != len(markup.all("table")) else [])


def _inline(markup: Markup) -> list[str]:
    """Nothing that the policy of the page would block."""
    found = [f"style on <{e.tag}>" for e in markup.elements if "style" in e.attributes]
    found += [f"{name} on <{e.tag}>" for e in markup.elements for name in e.attributes if name.startswith("on")]
    found += ["inline script" for e in markup.all("script") if not e.attributes.get("src") or e.text.strip()]
    return found + ["inline style" for _ in markup.all("style")]
