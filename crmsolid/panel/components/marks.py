"""What of a text fits a search, marked."""

import re
from collections.abc import Iterable

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

Span = tuple[int, int]
# So many characters of a long text stand before what fits.
LEAD = 40


def marked(text: str, spans: Iterable[Span]) -> SafeString:
    """The text, escaped, with ``<mark>`` around these parts."""
    parts, end = [], 0
    for start, stop in sorted(spans):
        if start >= end:
            parts += [escape(text[end:start]), mark_safe("<mark>"), escape(text[start:stop]), mark_safe("</mark>")]
            end = stop
    return format_html_join("", "{}", ((part,) for part in [*parts, escape(text[end:])]))


def where_contained(text: str, wanted: str) -> list[Span]:
    """Where the text contains this, regardless of case."""
    return [found.span() for found in re.finditer(re.escape(wanted), text, re.IGNORECASE)] if wanted else []


def where_words_begin(text: str, words: Iterable[str]) -> list[Span]:
    """Where words of the text begin so."""
    pattern = "|".join(map(re.escape, words))
    return [found.span() for found in re.finditer(rf"(?<![^\W_])(?:{pattern})", text, re.IGNORECASE)] if pattern else []


def where_title_fits(title: str, wanted: str) -> list[Span] | None:
    """Where a title fits what was typed: each word of it begins one of the title, or its letters begin words in this
    order, such as "am" in "Assign to me". None if it does not fit."""
    words = wanted.split()
    spans = where_words_begin(title, words)
    if all(where_words_begin(title, [word]) for word in words):
        return spans
    if len(words) != 1:
        return None
    initials = [(found.start(), found.start() + 1) for found in re.finditer(r"(?<![^\W_])[^\W_]", title)]
    letters, found_spans = iter(wanted.casefold()), []
    letter = next(letters)
    for start, stop in initials:
        if title[start:stop].casefold() == letter:
            found_spans.append((start, stop))
            letter = next(letters, "")
    return found_spans if not letter else None


def excerpt(text: str, spans: list[Span], *, limit: int = 160) -> SafeString:
    """The part of a long text around the first of what fits, on one line, with marks."""
    first = spans[0][0] if spans else 0
    start = max(0, first - LEAD)
    start = max(start, text.find(" ", start, first) + 1) if start else 0
    shown = text[start : start + limit]
    within = [(begin - start, end - start) for begin, end in spans if begin >= start and end <= start + limit]
    line = marked(re.sub(r"\s", " ", shown), within)  # each space is one character, as before
    return mark_safe(f"{'…' if start else ''}{line}{'…' if start + limit < len(text) else ''}")
