"""What the HTML of a page must hold as it is served, before a script runs: attributes that name something, groups with
names, valid times, and texts of people in their own direction."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Attributes that name other elements by their ids.
NAMING = ("for", "form", "list", "popovertarget", "aria-controls", "aria-describedby", "aria-labelledby")
# A date, or an instant to the millisecond at most, as HTML has them.
TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d))?")
# What is in these is written for programs; options and titles are shown by the browser itself.
NO_TEXTS = {"script", "style", "title", "pre", "code", "option"}
# Addresses and keys, which are written from left to right.
ADDRESSES = re.compile(r"\S+@\S+|\S+\.example\S*|\S+_field\b")


@dataclass
class Element:
    tag: str
    attributes: list[tuple[str, str]] = field(default_factory=list)
    parent: "Element | None" = None
    inside: list["Element | str"] = field(default_factory=list)

    def get(self, name: str) -> str:
        return dict(self.attributes).get(name, "")

    def above(self) -> Iterator["Element"]:
        """The element and those that it is in."""
        yield self
        if self.parent:
            yield from self.parent.above()

    def within(self) -> Iterator["Element"]:
        for each in self.inside:
            if isinstance(each, Element):
                yield each
                yield from each.within()

    def is_in(self, *tags: str) -> bool:
        return any(each.tag in tags for each in self.above())

    def __str__(self) -> str:
        return f"<{' '.join([self.tag, *(f'{name}={value}' for name, value in self.attributes)])}>"[:200]


class Tree(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self.at = Element("document")
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        made = Element(tag, [(name, value or "") for name, value in attributes], self.at)
        self.at.inside.append(made)
        if tag not in VOID:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        opened = next((each for each in self.at.above() if each.tag == tag), None)
        if opened and opened.parent:
            self.at = opened.parent

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


def faults(html: str, mark: str) -> list[str]:
    """All that is wrong with a page. Each text that people gave its rows contains ``mark``."""
    elements = [each for each in Tree(html).root.within() if not each.is_in("template")]
    found = list(_names(elements))
    for each in elements:
        if len(dict(each.attributes)) < len(each.attributes):
            found.append(f"an attribute twice: {each}")
        if each.tag == "time" and not TIME.fullmatch(each.get("datetime")):
            found.append(f"no valid time: {each}")
        if each.get("type") == "radio" and not _is_grouped(each):
            found.append(f"a radio button in no group: {each}")
        texts = [text for text in each.inside if isinstance(text, str) and mark in ADDRESSES.sub("", text)]
        if (texts and not _has_direction(each)) or (_is_typed(each) and each.get("dir") != "auto"):
            found.append(f"no direction: {each}{''.join(texts).strip()[:60]}")
    return found


def _names(elements: list[Element]) -> Iterator[str]:
    ids = [each.get("id") for each in elements if each.get("id")]
    yield from (f"an id twice: {each}" for each in {*ids} if ids.count(each) > 1)
    described = set()
    for each in elements:
        for name, value in each.attributes:
            if name in NAMING:
                yield from (f"{name} names nothing: {each}" for one in value.split() or [""] if one not in ids)
            if name == "aria-describedby":
                described |= set(value.split())
    for each in elements:
        is_help = "cs-help" in each.get("class").split() and each.is_in("form") and not each.is_in("noscript")
        if is_help and each.get("id") not in described:
            yield f"help of no field: {each}"


def _is_grouped(radio: Element) -> bool:
    group = next((each for each in radio.above() if each.tag == "fieldset" or each.get("role") == "radiogroup"), None)
    if group is None:
        return False
    has_legend = any(isinstance(each, Element) and each.tag == "legend" for each in group.inside)
    return has_legend or bool(group.get("aria-label") or group.get("aria-labelledby"))


def _is_typed(each: Element) -> bool:
    """Whether people write words into it."""
    is_text = each.tag == "textarea" or (each.tag == "input" and (each.get("type") or "text") in ("text", "search"))
    return is_text and not {"readonly", "spellcheck"} & dict(each.attributes).keys()


def _has_direction(each: Element) -> bool:
    nearest = next((one for one in each.above() if one.tag == "bdi" or one.get("dir") or one.tag in NO_TEXTS), None)
    return nearest is not None and (nearest.tag == "bdi" or nearest.get("dir") == "auto" or nearest.tag in NO_TEXTS)
