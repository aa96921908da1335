"""Contacts as CSV or as one JSON object per line, chunk by chunk."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from contacts.repository import ContactWithTags
from contacts.representations import ContactOut
from crmsolid.core import strictjson

TAG_SEPARATOR = ";"
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
    yield _encode([[*COLUMNS, *custom_keys]])
    for chunk in chunks:
        yield _encode([_row(contact.payload, custom_keys) for contact in chunk])


def _encode(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _row(payload: dict[str, Any], custom_keys: Sequence[str]) -> list[str]:
    values = [payload[name] for name in COLUMNS] + [payload["custom_fields"].get(key) for key in custom_keys]
    return [cell(value) for value in values]


def cell(value: Any) -> str:
    """A value as the text of a CSV cell. Text that a spreadsheet would read as a formula gets an apostrophe in front;
    numbers do not, even negative ones."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return TAG_SEPARATOR.join(cell(item) for item in value)
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return str(value)
