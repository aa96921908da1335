"""Contacts as CSV or as one JSON object per line, chunk by chunk."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from contacts.repository import ContactWithTags
from contacts.representations import ContactOut
from crmsolid.core import strictjson

COLUMNS = [name for name in ContactOut().get_fields() if name != "custom_fields"]

# Where a spreadsheet may read a formula (OWASP, "CSV Injection"): at the start of a cell, and after each character at
# which it may split the cell. In many locales that is the semicolon, and then the quotation marks around the cell do
# not count. Spreadsheets skip blanks and quotation marks in front; those of East Asian locales read the full-width
# forms as the plain ones. Where apostrophes are there already, one is added too, so that an import can undo this.
_BEGINNING = r"(?:\A|(?<=[;,\t\r\n]))"
_REST = r"""(?='*(?:[^\S\t\r\n]|")*[=+\-@＝＋－＠])"""
_FORMULA = re.compile(_BEGINNING + _REST)
_DEFUSED = re.compile(f"{_BEGINNING}'{_REST}")


def ndjson(chunks: Iterable[Sequence[ContactWithTags]]) -> Iterator[bytes]:
    """One contact per line, as GET answers it."""
    for chunk in chunks:
        yield b"".join(strictjson.dumps(contact.payload) + b"\n" for contact in chunk)


def as_csv(chunks: Iterable[Sequence[ContactWithTags]], custom_keys: Sequence[str]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8: a header, then one row per contact with its own fields and these custom fields."""

    def row(contact: ContactWithTags) -> list[str]:
        payload = contact.payload
        values = [payload[name] for name in COLUMNS] + [payload["custom_fields"].get(key) for key in custom_keys]
        return [cell(value) for value in values]

    for rows in chain([[[*COLUMNS, *custom_keys]]], (map(row, chunk) for chunk in chunks)):
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        yield text.getvalue().encode()


def cell(value: Any) -> str:
    """A value as the text of a CSV cell, a list joined by semicolons. Each part of a text that a spreadsheet would read
    as a formula gets an apostrophe in front; numbers do not, even negative ones."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = ";".join(value)
    return _FORMULA.sub("'", value) if isinstance(value, str) else str(value)


def undo_formula_defusing(text: str) -> str:
    """The text that :func:`cell` made this of."""
    return _DEFUSED.sub("", text) if "'" in text else text
