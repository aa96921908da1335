"""Markdown: the inline markup of CommonMark, with ``__underline__``, ``~~strike~~`` and ``||spoiler||``, blocks of code
and lines of a quote. What is not closed is an error rather than plain text."""

import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from messaging.formatting.entities import EntityKind, is_language
from messaging.formatting.source import Source
from messaging.formatting.variables import Variable

_SPECIAL = re.compile(r"[\\`\[\]]|\*+|_+|~+|\|+")
_TICKS = re.compile(r"`+")
_FENCE = re.compile(r"(`{3,})([^`\n]*)")
_IN_URL = re.compile(r"[\\()\s]")
_KINDS = {
    ("*", 1): EntityKind.ITALIC,
    ("*", 2): EntityKind.BOLD,
    ("_", 1): EntityKind.ITALIC,
    ("_", 2): EntityKind.UNDERLINE,
    ("~", 2): EntityKind.STRIKE,
    ("|", 2): EntityKind.SPOILER,
}
_Line = tuple[int, int]


def read(source: Source) -> None:
    """Read the whole source. Raises :class:`FormatError`."""
    lines, start = [], 0
    for line in source.text.split("\n"):
        lines.append((start, start + len(line)))
        start += len(line) + 1
    _read_lines(source, lines)


def _read_lines(source: Source, lines: Sequence[_Line], *, is_quoted: bool = False) -> None:
    inline = _Inline(source)
    number = 0
    while number < len(lines):
        if number:
            source.add_text("\n")
        start, end = lines[number]
        if fence := _FENCE.fullmatch(source.text, start, end):
            inline.finish()
            number = _read_block(source, lines, number, fence)
        elif source.text.startswith(">", start, end):
            if is_quoted:
                source.fail(start, "a quote in a quote", "write \\> for the character")
            inline.finish()
            number = _read_quote(source, lines, number)
        else:
            inline.read_line(start, end)
            number += 1
    inline.finish()


def _read_block(source: Source, lines: Sequence[_Line], number: int, fence: re.Match[str]) -> int:
    """Read a block of code; returns the number of the line after it."""
    language = fence[2].strip()
    if language and not is_language(language):
        source.fail(fence.start(2), "not the name of a language", "it has letters, digits and _+#.- alone")
    first = source.cut()
    for after, (start, end) in enumerate(lines[number + 1 :], number + 1):
        closing = source.text[start:end].rstrip()
        if len(closing) >= len(fence[1]) and not closing.strip("`"):
            source.mark(fence.start(), EntityKind.PRE, first, language=language)
            return after + 1
        if after > number + 1:
            source.add_text("\n")
        source.add(start, end)
    source.fail(fence.start(), f"unclosed {fence[1]}", f"end the block with a line {fence[1]}")


def _read_quote(source: Source, lines: Sequence[_Line], number: int) -> int:
    """Read the lines of a quote; returns the number of the line after it."""
    begin, first = lines[number][0], source.cut()
    quoted = []
    while number < len(lines) and source.text.startswith(">", *lines[number]):
        start, end = lines[number]
        quoted.append((start + 2 if source.text.startswith("> ", start, end) else start + 1, end))
        number += 1
    _read_lines(source, quoted, is_quoted=True)
    source.mark(begin, EntityKind.QUOTE, first)
    return number


@dataclass(slots=True)
class _Opener:
    """``left`` of the ``count`` characters of a run are not closed yet. ``first`` is the piece after it."""

    char: str
    count: int
    left: int
    at: int
    first: int
    closes: bool


@dataclass(frozen=True, slots=True)
class _Bracket:
    """A ``[``, which is a piece of its own, and how many openers and spans there were."""

    at: int
    piece: int
    openers: int
    spans: int


class _Inline:
    """Reads lines whose formatting may go over their ends."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._openers: list[_Opener] = []
        self._brackets: list[_Bracket] = []

    def read_line(self, start: int, end: int) -> None:
        at = start
        while found := _SPECIAL.search(self._source.text, at, end):
            self._source.add(at, found.start())
            match found[0][0]:
                case "\\":
                    at = self._read_escape(found.start(), end)
                case "`":
                    at = self._read_code(found.start(), end)
                case "[":
                    at = self._open_bracket(found.start())
                case "]":
                    at = self._close_bracket(found.start(), end)
                case _:
                    at = self._read_run(found, start, end)
        self._source.add(at, end)

    def finish(self) -> None:
        """Refuse what is not closed."""
        if self._openers:
            opener = self._openers[-1]
            self._source.fail(opener.at, f"unclosed {opener.char * opener.left}", _literal(opener.char, "close it, or"))
        self._brackets.clear()

    def _read_escape(self, at: int, end: int) -> int:
        if at + 1 < end and self._source.text[at + 1] in string.punctuation:
            self._source.add(at + 1, at + 2)
            return at + 2
        self._source.add(at, at + 1)
        return at + 1

    def _read_code(self, at: int, end: int) -> int:
        text = self._source.text
        ticks = _TICKS.match(text, at, end)
        assert ticks is not None
        for closing in _TICKS.finditer(text, ticks.end(), end):
            if len(closing[0]) != len(ticks[0]):
                continue
            start, stop = ticks.end(), closing.start()
            if text[start] == text[stop - 1] == " " and text[start:stop].strip(" "):
                start, stop = start + 1, stop - 1
            first = self._source.cut()
            self._source.add(start, stop)
            self._source.mark(at, EntityKind.CODE, first)
            return closing.end()
        self._source.fail(at, f"unclosed {ticks[0]}", _literal("`", "close it on its line, or"))

    # --- Links --------------------------------------------------------------------------------------------------------
    def _open_bracket(self, at: int) -> int:
        bracket = _Bracket(at, self._source.cut(), len(self._openers), len(self._source.spans))
        self._brackets.append(bracket)
        self._source.add_text("[")
        return at + 1

    def _close_bracket(self, at: int, end: int) -> int:
        bracket = self._brackets.pop() if self._brackets else None
        if bracket is None or not self._source.text.startswith("](", at, end):
            self._source.add_text("]")
            return at + 1
        self._check_link_text(bracket, at)
        url, after = self._read_url(at + 2, end)
        self._source.check_url(at + 2, url)
        self._source.drop(bracket.piece)
        self._source.mark(bracket.at, EntityKind.LINK, bracket.piece + 1, url=url)
        return after

    def _check_link_text(self, bracket: _Bracket, at: int) -> None:
        fail = self._source.fail
        if self._source.cut() == bracket.piece + 1:
            fail(bracket.at, "a link without text", "write [text](address), or \\[ for the character")
        if len(self._openers) > bracket.openers:
            opener = self._openers[-1]
            fail(at, f"crossed markup: a link ends before the {opener.char * opener.left} in it", "close that first")
        for span in self._source.spans[bracket.spans :]:
            if span.first <= bracket.piece:
                fail(bracket.at, "crossed markup: a link begins in what ends in its text", "close one in the other")
            if span.kind in (EntityKind.LINK, EntityKind.CODE):
                fail(bracket.at, f"a link around a {span.kind}", "a link has neither links nor code in it")

    def _read_url(self, start: int, end: int) -> tuple[list[str | Variable], int]:
        """The address of a link and where the text goes on, after the parenthesis that closes it."""
        url: list[str | Variable] = []
        at, depth, done = start, 0, start
        while found := _IN_URL.search(self._source.text, at, end):
            at = found.end()
            if found[0] == "\\":
                if self._source.text[at : at + 1] in tuple(string.punctuation):
                    url += self._source.pieces(done, at - 1)
                    done, at = at, at + 1
            elif found[0] == "(":
                depth += 1
            elif found[0] == ")" and depth:
                depth -= 1
            elif found[0] == ")":
                return _joined([*url, *self._source.pieces(done, at - 1)]), at
            else:
                break
        self._source.fail(start - 1, "the address of a link is not closed", "write [text](address) without blanks")

    # --- Runs of * _ ~ | ----------------------------------------------------------------------------------------------
    def _read_run(self, run: re.Match[str], start: int, end: int) -> int:
        char, count = run[0][0], len(run[0])
        opens, closes = self._flanks(run, start, end)
        if (char in "~|" and count != 2) or not (opens or closes):
            self._source.add(run.start(), run.end())
            return run.end()
        left = self._close(char, count, opens) if closes else count
        if left and opens:
            self._openers.append(_Opener(char, count, left, run.end() - left, self._source.cut(), closes))
        elif left:
            is_crossed = any(opener.char == char for opener in self._openers)
            problem = (
                f"crossed markup: a {char * left} closes" if is_crossed else f"nothing is open for the {char * left}"
            )
            self._source.fail(run.end() - left, problem, _literal(char, "close what was opened last, or"))
        return run.end()

    def _close(self, char: str, count: int, opens: bool) -> int:
        """Close what this run can; returns how many of its characters are left."""
        left = count
        while left and self._openers and self._openers[-1].char == char:
            opener = self._openers[-1]
            # CommonMark's rule for runs that may both open and close.
            if (opens or opener.closes) and (opener.count + count) % 3 == 0 and (opener.count % 3 or count % 3):
                break
            used = 2 if left >= 2 and opener.left >= 2 else 1
            if (char, used) not in _KINDS or (used == 1 and 2 in (left, opener.left)):
                break  # only of longer runs may one alone be used
            opener.left -= used
            left -= used
            self._source.mark(opener.at + opener.left, _KINDS[char, used], opener.first)
            if not opener.left:
                self._openers.pop()
        return left

    def _flanks(self, run: re.Match[str], start: int, end: int) -> tuple[bool, bool]:
        """Whether a run may open and whether it may close, as CommonMark has it; a variable counts as a letter."""
        before = self._class(run.start() - 1) if run.start() > start else " "
        after = self._class(run.end()) if run.end() < end else " "
        is_left = after != " " and (after == "a" or before != "a")
        is_right = before != " " and (before == "a" or after != "a")
        if run[0][0] != "_":
            return is_left, is_right
        return is_left and (not is_right or before == "."), is_right and (not is_left or after == ".")

    def _class(self, at: int) -> str:
        """Blank for blank characters, a full stop for punctuation and symbols, ``a`` for others."""
        char = self._source.text[at]
        if self._source.is_variable(at):
            return "a"
        if char.isspace():
            return " "
        return "." if unicodedata.category(char)[0] in "PS" else "a"


def _joined(pieces: Sequence[str | Variable]) -> list[str | Variable]:
    """With strings side by side as one."""
    joined: list[str | Variable] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _literal(char: str, otherwise: str) -> str:
    return f"{otherwise} write \\{char} for the character"
