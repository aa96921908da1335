"""Contacts as CSV or as one JSON object a line, chunk by chunk."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from contacts.profiles import Profile
from crmsolid.core import strictjson

TAG_SEPARATOR = ";"
COLUMNS = (
    "id", "name", "first_name", "last_name", "username", "telegram_id", "email", "phone", "time_zone", "tags",
    "stage", "score", "opted_out", "created_at", "updated_at",
)  # fmt: skip

# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), full-width forms included: they are
# folded to the plain ones by spreadsheets of East Asian locales.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def ndjson(chunks: Iterable[Sequence[Profile]]) -> Iterator[bytes]:
    """One contact a line, as GET answers it."""
    for chunk in chunks:
        yield b"".join(strictjson.dumps(profile.payload) + b"\n" for profile in chunk)


def as_csv(chunks: Iterable[Sequence[Profile]], custom: Sequence[str]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8: a header, the contact's columns, then one for each custom field."""
    yield _lines([[*COLUMNS, *custom]])
    for chunk in chunks:
        yield _lines([_cells(profile.payload, custom) for profile in chunk])


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cells(payload: dict[str, Any], custom: Sequence[str]) -> list[str]:
    values = [payload[name] for name in COLUMNS] + [payload["custom_fields"].get(key) for key in custom]
    return [cell(value) for value in values]


def cell(value: Any) -> str:
    """One value as text; text that a spreadsheet would run gets an apostrophe in front. Numbers are left alone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return TAG_SEPARATOR.join(cell(item) for item in value)
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return str(value)
