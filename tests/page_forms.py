"""The forms of a page as a browser would send them, read from its HTML."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class PageForm:
    """``values`` are what the form sends without a button; ``buttons`` are its buttons with names."""

    action: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    buttons: set[tuple[str, str]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    is_undo: bool = False

    def filled(self, **changes: Any) -> dict[str, Any]:
        """The form with these fields filled in otherwise."""
        return {**self.values, **changes}


def forms_of(answer: Any) -> list[PageForm]:
    """All forms of the page but those that take back what was just done."""
    return [form for form in _forms(answer) if not form.is_undo]


def undo_form(answer: Any) -> PageForm:
    """The only form of the page that takes back what was just done."""
    [found] = [form for form in _forms(answer) if form.is_undo]
    return found


def form_with(answer: Any, *names: str, **values: str) -> PageForm:
    """The only form of the page that has these fields, and these values."""
    [found] = [
        each
        for each in forms_of(answer)
        if each.names.issuperset(names) and all(each.values.get(name) == [value] for name, value in values.items())
    ]
    return found


def _forms(answer: Any) -> list[PageForm]:
    reader = _Reader()
    reader.feed(answer.content.decode())
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._in_form = False
        self._text: tuple[str, list[str]] | None = None
        self._select = ""
        self._first: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(PageForm(given.get("action", ""), is_undo="data-undo" in given))
            self._in_form = True
        if not self._in_form:
            return
        name, form = given.get("name", ""), self.forms[-1]
        if tag in ("input", "select", "textarea") and name and "disabled" not in given:
            form.names.add(name)
        if tag == "input" and name:
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                self._add(name, given.get("value", "on" if is_box else ""))
        elif tag == "button" and name:
            form.buttons.add((name, given.get("value", "")))
        elif tag == "textarea":
            self._text = (name, [])
        elif tag == "select":
            self._select, self._first = name, None
        elif tag == "option" and self._select:
            self._first = given["value"] if self._first is None else self._first
            if "selected" in given:
                self._add(self._select, given["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag == "textarea" and self._text is not None:
            name, parts = self._text
            text = "".join(parts).removeprefix("\n")  # browsers leave it out
            self._add(name, text.replace("\n", "\r\n"))
            self._text = None
        elif tag == "select":
            if self._select not in self.forms[-1].values and self._first is not None:
                self._add(self._select, self._first)
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].values.setdefault(name, []).append(value)
