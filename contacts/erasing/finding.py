"""Looks for a person in everything that is kept: every column of every table, and every file of the data folder.

It knows no table by its name: a new model is searched from the start, and a type of column that it does not know is an
error. Rows are read some at a time, so that any number of them takes the same memory. What is compressed or encrypted
is unpacked. Digests are not: they are made so that nobody can look for a person in them.
"""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import models
from django.db.models import Q, QuerySet

from contacts.models import ImportChunk
from contacts.normalization import InvalidValue, email_key, fold, username_key
from crmsolid.core import crypto
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.scoping import WorkspaceModel

BATCH = 200
MAX_IDS = 100
FILE_BLOCK = 1_048_576
FILE_OVERLAP = 4096

_TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
# A Telegram id has more digits than the smaller types hold.
_NUMBERS = (models.BigIntegerField, models.IntegerField)
# Generated numbers, instants and references; what a reference leads to is searched as well.
_NEITHER = (
    *(models.AutoField, models.BigAutoField, models.ForeignKey, models.BooleanField, models.DurationField),
    *(models.DateField, models.DateTimeField, models.UUIDField, models.GenericIPAddressField),
    *(models.SmallIntegerField, models.PositiveSmallIntegerField),
)
_DIGITS = re.compile(r"\+?[0-9][0-9 ()./-]{3,}")
_FERNET = b"gAAAA"  # how every encrypted value begins
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")


@dataclass(frozen=True, slots=True)
class Identity:
    """What is looked for: texts that match ``pattern`` once they are folded, and the number."""

    pattern: re.Pattern[str]
    number: int | None = None

    def is_in(self, text: str) -> bool:
        """Whether the text has the identity, also as JSON or an address writes it."""
        return any(self.pattern.search(fold(each)) for each in _readings(text))


def identity_of(text: str) -> Identity:
    """What to look for: a username (also ``@name`` or a link), an e-mail address, a phone number or Telegram id, or
    else the text itself."""
    text = text.strip()
    if _DIGITS.fullmatch(text):
        digits = re.sub("[^0-9]", "", text).removeprefix("00")
        return Identity(re.compile(rf"(?<![0-9])(?:00)?{'[ ()./-]*'.join(digits)}(?![0-9])"), int(digits))
    try:
        # Not as a part of a longer name.
        return Identity(re.compile(rf"(?<![a-z0-9_]){username_key(text)}(?![a-z0-9_])"))
    except InvalidValue:
        pass
    try:
        spellings = "|".join(map(re.escape, {fold(text), fold(email_key(text))}))
        return Identity(re.compile(rf"(?<![\w.+-])(?:{spellings})(?!-|\.?\w)"))
    except InvalidValue:
        return Identity(re.compile(re.escape(fold(text))))


def _readings(text: str) -> Iterator[str]:
    yield text
    if "\\u" in text:
        yield _ESCAPES.sub(_unescape, text)
    if "%" in text:
        yield unquote(text)


def _unescape(match: re.Match[str]) -> str:
    return str(json.loads(f'"{match[0]}"'))


@dataclass(slots=True)
class Hit:
    """Where something was found: ``rows`` of a table's ``column``, of which ``ids`` are the first, or a ``file``."""

    table: str
    column: str
    rows: int = 0
    ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Search:
    """What a search found, how much it read, and which columns hold encrypted values that no key decrypts."""

    found: list[Hit] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    tables: int = 0
    rows: int = 0
    unreadable: list[str] = field(default_factory=list)


def find(text: str, workspace: Workspace | None = None) -> Search:
    """Look for an identity everywhere, or in a workspace with its test twin and what belongs to no workspace."""
    identity, search = identity_of(text), Search()
    for model in tables():
        _search_table(model, identity, workspace, search)
    search.files = [str(path) for path in kept_files() if _is_in_file(identity, path)]
    return search


def tables() -> list[type[models.Model]]:
    """Every table of the product and of what it uses, by its model."""
    return [each for each in apps.get_models(include_auto_created=True) if each._meta.managed and not each._meta.proxy]


def columns(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """The columns that can hold an identity. ``TypeError`` for a type of column that this module does not know."""
    found: list[models.Field[Any, Any]] = []
    for column in model._meta.concrete_fields:
        values = column.output_field if isinstance(column, models.GeneratedField) else column
        if isinstance(values, _NEITHER):
            continue
        if not isinstance(values, (*_TEXTS, *_NUMBERS)):
            raise TypeError(f"{column}: is there anything about a person in a {type(values).__name__}?")
        found.append(column)
    return found


def _search_table(model: type[models.Model], identity: Identity, workspace: Workspace | None, search: Search) -> None:
    searched = columns(model)
    hits = [Hit(model._meta.db_table, str(column.column)) for column in searched]
    rows: QuerySet[Any, Any] = model._base_manager.order_by("pk")
    if workspace is not None and issubclass(model, WorkspaceModel):
        rows = rows.filter(Q(workspace=workspace) | Q(workspace__live=workspace))
    batch = list(rows[:BATCH])
    while batch:
        for row in batch:
            values = [getattr(row, column.attname) for column in searched]
            texts = [_as_text(column, row, search) for column in searched]
            # Once for the row, and only in the few rows that have it for each column.
            if identity.is_in("\n".join(texts)) or (identity.number is not None and identity.number in values):
                for text, value, hit in zip(texts, values, hits, strict=True):
                    if identity.is_in(text) or (identity.number is not None and identity.number == value):
                        hit.rows += 1
                        hit.ids += [str(row.pk)] if len(hit.ids) < MAX_IDS else []
        search.rows += len(batch)
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])
    search.tables += 1
    search.found += [hit for hit in hits if hit.rows]


def _as_text(column: "models.Field[Any, Any]", row: models.Model, search: Search) -> str:
    """What a column of a row holds, readable; nothing of a number."""
    value = getattr(row, column.attname)
    if value is None or isinstance(column, _NUMBERS):
        return ""
    if isinstance(column, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(column, models.BinaryField):
        return _unpack(column, row, search).decode(errors="replace")
    return _session_text(value) if column == _SESSION_DATA else str(value)


_SESSION_DATA = Session._meta.get_field("session_data")
_CHUNK_DATA = ImportChunk._meta.get_field("data")


def _unpack(column: "models.Field[Any, Any]", row: models.Model, search: Search) -> bytes:
    """The bytes without the compression or encryption that the column may have."""
    value = bytes(getattr(row, column.attname))
    if column == _CHUNK_DATA:
        return zlib.decompress(value)
    if value and crypto.is_encrypted(column.model, column.name):
        try:
            return crypto.decrypt(row, column.name)
        except InvalidToken:  # or a row in which the column is not encrypted
            if value.startswith(_FERNET) and str(column) not in search.unreadable:
                search.unreadable.append(str(column))
    return value


def _session_text(value: str) -> str:
    """The JSON of a session, whatever key it is signed with."""
    data = value.rsplit(":", 2)[0]
    raw = signing.b64_decode(data.removeprefix(".").encode())
    return (zlib.decompress(raw) if data.startswith(".") else raw).decode(errors="replace")


def kept_files() -> list[Path]:
    """The files of the data folder, without those of the PostgreSQL whose tables are searched."""
    folder = Path(settings.DATA_DIR)
    searched = folder / "postgresql" / "data" if "DATABASE_URL" in settings.LOCAL_SERVERS else None
    return sorted(path for path in folder.rglob("*") if path.is_file() and searched not in path.parents)


def _is_in_file(identity: Identity, path: Path) -> bool:
    """Whether a file has the identity; it is read in blocks that overlap."""
    with path.open("rb") as file:
        before = b""
        while block := file.read(FILE_BLOCK):
            if identity.is_in((before + block).decode(errors="replace")):
                return True
            before = block[-FILE_OVERLAP:]
    return False
