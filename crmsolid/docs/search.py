"""Search in the documentation: sections of the pages, names that they explain, error codes and operations.

Everything is read once per process and compared in memory; there are some hundred entries of a few kilobytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crmsolid.core.errors import CODES
from crmsolid.docs.pages import INTERNALS, ROOT, Documentation, Page, documentation, version
from crmsolid.docs.reference import operations

MAX_QUERY = 100  # characters; the rest is ignored
MAX_TERMS = 8
EXCERPT = 180  # characters
# Words of questions, which say nothing about what is looked for.
SKIPPED = {
    *("an", "and", "are", "can", "do", "does", "for", "from", "how", "in", "is", "it", "my", "of", "on", "or", "the"),
    *("to", "what", "when", "where", "why", "with"),
}

# What a term adds to an entry's rank by where it is found; a whole word counts more than the start of one.
IN_HEADING, IN_TITLE, IN_TEXT, WHOLE_WORD = 6, 4, 1, 2
PHRASE = 4  # the whole query, as it was typed
LONG_TEXT = 4000  # characters that cost a point: a long text has most words somewhere
# What to read about a subject comes before a single operation, and the pages for those who change the product are last.
OF_GUIDE, NOT_INTERNAL = 5, 2
_WORD = re.compile(r"[^\W_]+#?")  # with the sign of C#
_ENDINGS = re.compile(r"(?<=\w{3})(?:ies|ing|es|ed|s|y|e)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found. ``place`` says where it is, such as the group and the title of its page.

    ``in_heading``, ``in_title`` and ``in_text`` are what is compared: see :func:`_words`. Who types a heading or, of an
    operation, its ``id`` looks for that entry.
    """

    address: str
    place: str
    heading: str
    text: str
    preference: int
    in_heading: str
    in_title: str
    in_text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A result, with the words of the query marked."""

    address: str
    place: str
    heading: SafeString
    excerpt: SafeString


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the query, or words with signs between them, such as ``X-Request-Id`` and ``rate_limited``.

    It matches where a word begins with it, whatever its ending: ``retry`` finds ``retries``.
    """

    start: str
    whole: str

    @classmethod
    def of(cls, word: str) -> "Term":
        whole = _words(word)
        return cls(_ENDINGS.sub("", whole.rstrip()), whole)

    def rank(self, words: str, weight: int) -> int:
        """``weight`` if it is among the words, twice that for a whole word; else 0."""
        if self.start not in words:
            return 0
        return weight * WHOLE_WORD if self.whole in words else weight

    @property
    def pattern(self) -> str:
        """The regular expression of the places to mark."""
        return r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, self.start.split())) + r"\w*"


def search(query: str, limit: int) -> list[Found]:
    """The best entries that have all words of the query; if there are none, those that have any."""
    words = [word for word in query[:MAX_QUERY].lower().split() if word not in SKIPPED and len(_words(word)) > 3]
    terms = [Term.of(word) for word in dict.fromkeys(words)][:MAX_TERMS]
    if not terms:
        return []
    ranked = [(_ranks(entry, terms), entry) for entry in _entries(version())]
    matching = [each for each in ranked if all(each[0])] or [each for each in ranked if any(each[0])]
    phrase = _words(query[:MAX_QUERY])
    matching.sort(key=lambda each: -_rank(each[0], each[1], phrase))
    pattern = re.compile("|".join(term.pattern for term in terms), re.IGNORECASE)
    best: dict[str, Entry] = {}
    for _, entry in matching:
        best.setdefault(entry.address, entry)  # a section and the names that it explains are one result
    return [_found(entry, pattern) for entry in list(best.values())[:limit]]


def _words(text: str) -> str:
    """The words of a text in lower case, with a space before and after each, so that ``in`` finds whole words and
    beginnings. A regular expression would take seconds for a query of short words, which anybody may send."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


def _ranks(entry: Entry, terms: list[Term]) -> list[int]:
    """What each term adds; 0 for one that is not in the entry."""
    places = ((entry.in_heading, IN_HEADING), (entry.in_title, IN_TITLE), (entry.in_text, IN_TEXT))
    return [sum(term.rank(words, weight) for words, weight in places) for term in terms]


def _rank(ranks: list[int], entry: Entry, phrase: str) -> float:
    rank = sum(ranks) + entry.preference
    if phrase in (entry.in_heading, entry.id):
        rank += 3 * PHRASE
    elif phrase in entry.in_heading or phrase in entry.in_text:
        rank += PHRASE
    return rank - len(entry.text) / LONG_TEXT


def _found(entry: Entry, pattern: re.Pattern[str]) -> Found:
    first = pattern.search(entry.text)
    begin = max(0, first.start() - EXCERPT // 3) if first else 0
    begin = entry.text.rfind(" ", 0, begin + 1) + 1  # not within a word
    excerpt = entry.text[begin : begin + EXCERPT]
    if begin + EXCERPT < len(entry.text):
        excerpt = f"{excerpt.rpartition(' ')[0]} …"
    return Found(
        entry.address,
        entry.place,
        _marked(entry.heading, pattern),
        _marked(f"… {excerpt}" if begin else excerpt, pattern),
    )


def _marked(text: str, pattern: re.Pattern[str]) -> SafeString:
    parts, end = [], 0
    for found in pattern.finditer(text):
        parts.append((text[end : found.start()], found[0]))
        end = found.end()
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", parts), text[end:])


@lru_cache(maxsize=1)
def _entries(version: tuple[tuple[int, int], ...]) -> tuple[Entry, ...]:
    return tuple(_read(documentation()))


def _read(pages: Documentation) -> Iterator[Entry]:
    """The entries in the order in which those of the same rank are shown."""
    for code, info in CODES.items():
        text = f"{info.meaning} {info.what_to_do}".replace("`", "")
        yield _entry(f"/docs/errors/{code}", "Error codes", f"{info.status} {info.title}", code, text)
    for operation in operations():
        text = f"{operation.summary} {operation.description} {operation.id}".replace("`", "")
        entry = _entry(operation.address, "API reference", "", operation.name, text)  # its path names the subject
        yield replace(entry, id=_words(operation.id))
    for page in pages.pages():
        yield from _read_page(page)


def _read_page(page: Page) -> Iterator[Entry]:
    within = f"{page.group} › {page.title}"
    for section in page.rendered.sections:
        is_top = section.heading.level == 1
        address = page.address if is_top else f"{page.address}#{section.heading.anchor}"
        place = page.group if is_top else within
        yield _entry(address, place, page.title, section.heading.text, section.text, _preference(page))
        for definition in () if page.group == INTERNALS else section.definitions:
            if definition.name not in CODES:  # which have pages
                yield _entry(address, within, page.title, definition.name, definition.text, _preference(page))


def _preference(page: Page) -> int:
    if page.address.startswith(f"{ROOT}guide/"):
        return OF_GUIDE
    return 0 if page.group == INTERNALS else NOT_INTERNAL


def _entry(address: str, place: str, title: str, heading: str, text: str, preference: int = NOT_INTERNAL) -> Entry:
    return Entry(address, place, heading, text, preference, _words(heading), _words(title), _words(text))
