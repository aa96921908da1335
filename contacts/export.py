"""Contacts as CSV or as one JSON object per line, chunk by chunk."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from contacts.repository import ContactWithTags
from contacts.representations import ContactOut
from crmsolid.core import strictjson

COLUMNS = [name for name in ContactOut().get_fields() if name != "custom_fields"]

# What makes a spreadsheet read a cell as a formula (OWASP, "CSV Injection"). Spreadsheets of East Asian locales read
# the full-width forms as the plain ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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
    """A value as the text of a CSV cell. Text that a spreadsheet would read as a formula gets an apostrophe in front;
    numbers do not, even negative ones."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(cell(item) for item in value)
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return str(value)
