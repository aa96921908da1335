"""Texts with markup, in the formats that the API takes."""

from messaging.formatting import markdown, tags
from messaging.formatting.source import Parsed, Source, with_unix_lines
from messaging.models import Format


def parse(text: str, format: str = Format.PLAIN) -> Parsed:
    """Read a text in this format. Takes time in proportion to its length.

    Raises :class:`TemplateSyntaxError`, and :class:`FormatError` for markup that is unclosed, crossed or unknown, and
    for formatting that Telegram would not keep.
    """
    source = Source(with_unix_lines(text))
    match Format(format):
        case Format.PLAIN:
            source.add(0, len(source.text))
        case Format.MARKDOWN:
            markdown.read(source)
        case Format.HTML:
            tags.read(source)
    return source.finish()
