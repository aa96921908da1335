"""What is read of a text with markup: the text that people see, where it is formatted, and where its variables stand.

Markup is read before any variable has its value, so that no value is ever taken for markup.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NoReturn
from urllib.parse import quote

from messaging.formatting.entities import (
    MAX_ENTITIES,
    MAX_URL,
    Entity,
    EntityKind,
    Formatted,
    canonical,
    is_safe_url,
    utf16_length,
)
from messaging.formatting.variables import Variable, tokens

# A variable may stand behind the host of an address, never in it or before it.
_BEFORE_VARIABLE = re.compile(r"(?:(?:https?|tg)://[^/?#]+[/?#]|mailto:).*", re.IGNORECASE | re.DOTALL)
# Where a variable stands in a source. Any other such character of the source is itself.
PLACEHOLDER = "\ufffc"


def with_unix_lines(text: str) -> str:
    """The text with line ends of one character. Browsers send CR LF, of which Telegram and its clients drop the CR;
    then its copy of a message would not be equal to ours."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class FormatError(ValueError):
    """The text has wrong markup. ``position`` counts characters of the text from 1 and is in ``detail`` as well, which
    says what to write instead."""

    def __init__(self, detail: str, position: int) -> None:
        super().__init__(detail)
        self.detail, self.position = detail, position


# A text with variables in it.
Pieces = tuple[str | Variable, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The pieces from ``first`` to before ``end`` that have this kind."""

    kind: EntityKind
    first: int
    end: int
    url: Pieces = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text whose markup was read. ``pieces`` are what people see, cut where formatting begins or ends."""

    pieces: Pieces
    spans: tuple[Span, ...] = ()

    def variables(self) -> Iterator[Variable]:
        """Those in the text and in the addresses of links."""
        pieces = chain(self.pieces, *(span.url for span in self.spans))
        return (piece for piece in pieces if isinstance(piece, Variable))

    def fill(self, values: Mapping[str, str | None]) -> Formatted:
        """The text with these values of its variables. They are plain text, and encoded in the address of a link.

        A text with formatting has no blank characters around it, as Telegram drops them. Raises
        :class:`TemplateUnresolved`, and ``ValueError`` for the address of a link that gets too long.
        """
        texts = [with_unix_lines(_value(piece, values)) for piece in self.pieces]
        text = "".join(texts)
        if not self.spans:
            return Formatted(text)
        offsets = [0]
        for each in texts:
            offsets.append(offsets[-1] + utf16_length(each))
        entities = []
        for span in self.spans:
            start, end = offsets[span.first], offsets[span.end]
            entities.append(Entity(span.kind, start, end - start, _address(span.url, values), span.language))
        return Formatted(text, canonical(text, entities)).trimmed()


def _value(piece: str | Variable, values: Mapping[str, str | None]) -> str:
    return piece if isinstance(piece, str) else piece.value_in(values)


def _address(url: Pieces, values: Mapping[str, str | None]) -> str:
    is_mail = bool(url) and str(url[0])[:7].lower() == "mailto:"
    filled = "".join(
        piece if isinstance(piece, str) else quote(piece.value_in(values), safe="@" if is_mail else "") for piece in url
    )
    if url and not is_safe_url(filled):
        raise ValueError(f"the address of a link must have at most {MAX_URL} characters")
    return filled


class Source:
    """A text to be parsed, each variable being one character of it, and what has been read of it so far.

    Positions that are given and taken are those of ``text``, from 0.
    """

    def __init__(self, original: str) -> None:
        """Raises :class:`TemplateSyntaxError`."""
        collected: list[str] = []
        self._begins, self._origins = [0], [0]
        self._variables: dict[int, Variable] = {}
        length = 0
        for origin, token in tokens(original):
            self._begins.append(length)
            self._origins.append(origin)
            if isinstance(token, Variable):
                self._variables[length] = token
                token = PLACEHOLDER
            collected.append(token)
            length += len(token)
        self.text = "".join(collected)
        self._pieces: list[str | Variable] = []
        self.spans: list[Span] = []

    def fail(self, at: int, problem: str, cure: str) -> NoReturn:
        """Raise the error for what stands there."""
        number = bisect_right(self._begins, at) - 1
        position = self._origins[number] + at - self._begins[number] + 1
        raise FormatError(f"{problem} at character {position}; {cure}", position)

    def cut(self) -> int:
        """Have formatting begin or end here; returns the number of the next piece."""
        return len(self._pieces)

    def add(self, start: int, end: int) -> None:
        """What stands between these positions is shown as it is."""
        self._pieces += self.pieces(start, end)

    def add_text(self, text: str) -> None:
        """This text is shown."""
        self._pieces.append(text)

    def pieces(self, start: int, end: int) -> list[str | Variable]:
        """What stands between these positions."""
        found: list[str | Variable] = []
        done = start
        at = self.text.find(PLACEHOLDER, start, end)
        while at >= 0:
            if at in self._variables:
                found += [self.text[done:at], self._variables[at]]
                done = at + 1
            at = self.text.find(PLACEHOLDER, at + 1, end)
        found.append(self.text[done:end])
        return [piece for piece in found if piece != ""]

    def is_variable(self, at: int) -> bool:
        return at in self._variables

    def drop(self, number: int) -> None:
        """Do not show this piece after all."""
        self._pieces[number] = ""

    def mark(
        self, at: int, kind: EntityKind, first: int, *, url: Sequence[str | Variable] = (), language: str = ""
    ) -> None:
        """Give all since piece ``first`` this formatting, whose markup begins at ``at``."""
        if len(self.spans) == MAX_ENTITIES:
            self.fail(at, f"more than {MAX_ENTITIES} formatted passages", "a message may have no more")
        self.spans.append(Span(kind, first, self.cut(), tuple(url), language))

    def check_url(self, at: int, url: Sequence[str | Variable]) -> None:
        """Refuse an address, which begins at ``at``, that a link must not have."""
        before = url[0] if url and isinstance(url[0], str) else ""
        has_variables = any(isinstance(piece, Variable) for piece in url)
        if has_variables and not _BEFORE_VARIABLE.fullmatch(before):
            self.fail(at, "a variable in the host of an address", "write the host and a / before the first variable")
        whole = "".join(piece if isinstance(piece, str) else "x" for piece in url)
        if not is_safe_url(whole):
            cure = f"it begins with https://, http://, tg:// or mailto:, has no blanks and at most {MAX_URL} characters"
            self.fail(at, "not an address that a link may have", cure)

    def finish(self) -> Parsed:
        return Parsed(tuple(self._pieces), tuple(self.spans))
