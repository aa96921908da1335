"""HTML: the tags ``b i u s a code pre blockquote tg-spoiler`` and character references."""

import html.entities
import re
from dataclasses import dataclass

from messaging.formatting.entities import EntityKind, is_language
from messaging.formatting.source import Source
from messaging.formatting.variables import Variable

KINDS = {
    "b": EntityKind.BOLD,
    "i": EntityKind.ITALIC,
    "u": EntityKind.UNDERLINE,
    "s": EntityKind.STRIKE,
    "a": EntityKind.LINK,
    "code": EntityKind.CODE,
    "pre": EntityKind.PRE,
    "blockquote": EntityKind.QUOTE,
    "tg-spoiler": EntityKind.SPOILER,
}
_KNOWN = ", ".join(KINDS)
_SPECIAL = re.compile(r"[<&]")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{0,40});")
_ATTRIBUTE = re.compile(r"""\s+([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LANGUAGE_CLASS = "language-"


@dataclass(slots=True)
class _Open:
    """A tag that is not closed yet. ``first`` is the piece after it. ``code`` in ``pre`` has no kind: it only tells the
    language of the block."""

    name: str
    at: int
    first: int
    kind: EntityKind | None
    url: list[str | Variable]
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Attribute:
    """An attribute at ``at``, whose value is from ``start`` to before ``end``."""

    at: int
    start: int
    end: int


def read(source: Source) -> None:
    """Read the whole source. Raises :class:`FormatError`."""
    _Reader(source).read()


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._open: list[_Open] = []

    def read(self) -> None:
        source, at = self._source, 0
        while found := _SPECIAL.search(source.text, at):
            source.add(at, found.start())
            at = found.start()
            at = self._read_tag(at) if found[0] == "<" else self._read_reference(at)
        source.add(at, len(source.text))
        if self._open:
            tag = self._open[-1]
            source.fail(tag.at, f"unclosed <{tag.name}>", f"close it with </{tag.name}>")

    def _read_reference(self, at: int) -> int:
        reference = _REFERENCE.match(self._source.text, at)
        if reference is None:
            self._source.add_text("&")
            return at + 1
        self._source.add_text(self._character(reference[0], at))
        return reference.end()

    def _character(self, reference: str, at: int) -> str:
        """What a character reference stands for."""
        if reference[1] != "#":
            if reference[1:] not in html.entities.html5:
                self._source.fail(at, f"unknown character reference {reference}", "write &amp; for the character &")
            return html.entities.html5[reference[1:]]
        is_hex = reference[2] in "xX"
        code = int(reference[3:-1], 16) if is_hex else int(reference[2:-1])
        # Not those that no text may have, nor a carriage return, which Telegram drops.
        if code > 0x10FFFF or 0xD800 <= code < 0xE000 or code in (0, 13):
            self._source.fail(at, f"the reference {reference} to no character", "give the number of a character")
        return chr(code)

    def _read_tag(self, at: int) -> int:
        tag = _TAG.match(self._source.text, at)
        if tag is None:
            self._source.fail(at, "a single <", "write &lt; for the character")
        slash, name, rest = tag[1], tag[2].lower(), tag[3]
        if name not in KINDS:
            self._source.fail(at, f"unknown tag <{slash}{name}>", f"there are {_KNOWN}; write &lt; for the character <")
        if slash:
            self._close(name, rest, at)
        else:
            self._open.append(self._opened(name, tag))
        return tag.end()

    def _close(self, name: str, rest: str, at: int) -> None:
        if rest.strip():
            self._source.fail(at, f"attributes of </{name}>", f"write </{name}>")
        if not self._open or self._open[-1].name != name:
            is_crossed = any(tag.name == name for tag in self._open)
            problem = f"crossed markup: </{name}> closes" if is_crossed else f"nothing is open for </{name}>"
            cure = f"close <{self._open[-1].name}> first" if self._open else "open it, or leave this out"
            self._source.fail(at, problem, cure)
        tag = self._open.pop()
        if tag.kind is not None:
            self._source.mark(tag.at, tag.kind, tag.first, url=tag.url, language=tag.language)
        elif tag.language:
            self._open[-1].language = tag.language

    def _opened(self, name: str, match: re.Match[str]) -> _Open:
        at = match.start()
        attributes = self._attributes(match)
        tag = _Open(name, at, self._source.cut(), KINDS[name], [])
        names = {each.name for each in self._open}
        if name == "code" and self._open and self._open[-1].name == "pre":
            tag.kind = None
            if "class" in attributes:
                tag.language = self._language(attributes.pop("class"))
        elif names & {"code", "pre"}:
            self._source.fail(at, f"<{name}> in code", "code has no other markup in it; write &lt; for the character")
        elif name in names or (name in ("code", "pre") and "a" in names) or (name == "blockquote" and names):
            self._source.fail(at, f"<{name}> in <{self._open[-1].name}>", "close that first")
        if name == "a":
            if "href" not in attributes:
                self._source.fail(at, "a link without an address", 'write <a href="https://example.com/">')
            tag.url = self._url(attributes.pop("href"))
        for unknown, value in attributes.items():
            self._source.fail(value.at, f"unknown attribute {unknown}", "there is href of <a> alone")
        return tag

    def _attributes(self, tag: re.Match[str]) -> dict[str, _Attribute]:
        """By name, in lower case."""
        attributes: dict[str, _Attribute] = {}
        at, end = tag.span(3)
        end = at + len(tag[3].rstrip())
        while at < end:
            found = _ATTRIBUTE.match(self._source.text, at, end)
            if found is None or found[1].lower() in attributes:
                self._source.fail(at, f"not an attribute of <{tag[2]}>", 'write name="value", each once')
            attributes[found[1].lower()] = _Attribute(found.start(1), *found.span(2 if found[3] is None else 3))
            at = found.end()
        return attributes

    def _language(self, attribute: _Attribute) -> str:
        value = self._source.text[attribute.start : attribute.end]
        language = value.removeprefix(_LANGUAGE_CLASS)
        if language == value or not is_language(language):
            self._source.fail(attribute.start, "not a language", 'write <pre><code class="language-python">')
        return language

    def _url(self, attribute: _Attribute) -> list[str | Variable]:
        def without_references(piece: str) -> str:
            return _REFERENCE.sub(lambda found: self._character(found[0], attribute.start), piece)

        pieces = self._source.pieces(attribute.start, attribute.end)
        url = [without_references(piece) if isinstance(piece, str) else piece for piece in pieces]
        self._source.check_url(attribute.start, url)
        return url
