"""Looks for a person in everything that is kept: every column of every table, and every file of the data folder.

It knows no table by its name: a new model is searched from the start, and a type of column that it does not know is an
error. Rows are read some at a time, so that any number of them takes the same memory. What is compressed or encrypted
is unpacked. Digests are not: they are made so that nobody can look for a person in them.
"""

import json
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
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

# A Telegram id has more digits than the smaller types of numbers hold.
_SEARCHED = (
    *(models.CharField, models.TextField, models.JSONField, models.BinaryField),
    *(models.BigIntegerField, models.IntegerField),
)
# Generated numbers, instants and references; what a reference leads to is searched as well.
_NEITHER = (
    *(models.AutoField, models.BigAutoField, models.ForeignKey, models.BooleanField, models.DurationField),
    *(models.DateField, models.DateTimeField, models.UUIDField, models.GenericIPAddressField),
    *(models.SmallIntegerField, models.PositiveSmallIntegerField, models.TimeField),
)
_DIGITS = re.compile(r"\+?[0-9][0-9 ()./-]{3,}")
_FERNET = b"gAAAA"  # how every encrypted value begins
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_SESSION_DATA = Session._meta.get_field("session_data")
_CHUNK_DATA = ImportChunk._meta.get_field("data")


@dataclass(frozen=True, slots=True)
class Identity:
    """What is looked for: texts that match ``pattern`` once they are folded."""

    pattern: re.Pattern[str]

    def is_in(self, text: str) -> bool:
        """Whether the text has the identity, also as JSON or an address writes it."""
        unescaped = _ESCAPES.sub(lambda found: str(json.loads(f'"{found[0]}"')), text) if "\\u" in text else text
        return any(self.pattern.search(fold(each)) for each in {text, unescaped, unquote(text)})


def identity_of(text: str) -> Identity:
    """What to look for: a username (also ``@name`` or a link), an e-mail address, a phone number or Telegram id, or
    else the text itself."""
    text = text.strip()
    if _DIGITS.fullmatch(text):
        digits = re.sub("[^0-9]", "", text).removeprefix("00")
        return Identity(re.compile(rf"(?<![0-9])(?:00)?{'[ ()./-]*'.join(digits)}(?![0-9])"))
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


@dataclass(slots=True)
class Hit:
    """Where something was found: ``rows`` of a table's ``column``, of which ``ids`` are the first."""

    table: str
    column: str
    rows: int = 0
    ids: list[str] = field(default_factory=list)

    def add(self, row_id: str) -> None:
        self.rows += 1
        if len(self.ids) < MAX_IDS:
            self.ids.append(row_id)


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
    search.files = [str(path) for path in _kept_files() if _is_in_file(identity, path)]
    return search


def tables() -> list[type[models.Model]]:
    """Every table of the product and of what it uses, by its model."""
    return [each for each in apps.get_models(include_auto_created=True) if each._meta.managed and not each._meta.proxy]


def columns(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """The columns that can hold an identity. ``TypeError`` for a type of column that this module does not know."""
    found: list[models.Field[Any, Any]] = []
    for column in model._meta.concrete_fields:
        values = column.output_field if isinstance(column, models.GeneratedField) else column
        values = values.base_field if isinstance(values, ArrayField) else values
        if isinstance(values, _NEITHER):
            continue
        if not isinstance(values, _SEARCHED):
            raise TypeError(f"{column}: is there anything about a person in a {type(values).__name__}?")
        found.append(column)
    return found


def _search_table(model: type[models.Model], identity: Identity, workspace: Workspace | None, search: Search) -> None:
    hits = {column: Hit(model._meta.db_table, str(column.column)) for column in columns(model)}
    rows: QuerySet[Any, Any] = model._base_manager.order_by("pk")
    if workspace is not None and issubclass(model, WorkspaceModel):
        rows = rows.filter(Q(workspace=workspace) | Q(workspace__live=workspace))
    batch = list(rows[:BATCH])
    while batch:
        for row in batch:
            texts = {column: _as_text(column, row, search) for column in hits}
            # Once for the row, and only in the few rows that have it for each column.
            if identity.is_in("\n".join(texts.values())):
                for column in (column for column, text in texts.items() if identity.is_in(text)):
                    hits[column].add(str(row.pk))
        search.rows += len(batch)
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])
    search.tables += 1
    search.found += [hit for hit in hits.values() if hit.rows]


def _as_text(column: "models.Field[Any, Any]", row: models.Model, search: Search) -> str:
    """What a column of a row holds, readable."""
    value = getattr(row, column.attname)
    if value is None:
        return ""
    if isinstance(column, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    if column == _SESSION_DATA:  # whatever key the session is signed with
        data = value.rsplit(":", 2)[0]
        raw = signing.b64_decode(data.removeprefix(".").encode())
        return (zlib.decompress(raw) if data.startswith(".") else raw).decode(errors="replace")
    if not isinstance(column, models.BinaryField):
        return str(value)
    packed = bytes(value)
    if column == _CHUNK_DATA:
        packed = zlib.decompress(packed)
    elif packed and crypto.is_encrypted(column.model, column.name):
        try:
            packed = crypto.decrypt(row, column.name)
        except InvalidToken:  # or a row in which the column is not encrypted
            if packed.startswith(_FERNET) and str(column) not in search.unreadable:
                search.unreadable.append(str(column))
    return packed.decode(errors="replace")


def _kept_files() -> list[Path]:
    """The files of the data folder, without those of the PostgreSQL whose tables are searched, and without the contents
    of the files of messages: what they are called is in a table, and pictures and sounds have no text."""
    folder = Path(settings.DATA_DIR)
    left_out = {folder / "files"}
    if "DATABASE_URL" in settings.LOCAL_SERVERS:
        left_out.add(folder / "postgresql" / "data")
    return sorted(path for path in folder.rglob("*") if path.is_file() and left_out.isdisjoint(path.parents))


def _is_in_file(identity: Identity, path: Path) -> bool:
    """Whether a file has the identity; it is read in blocks that overlap."""
    with path.open("rb") as file:
        before = b""
        while block := file.read(FILE_BLOCK):
            if identity.is_in((before + block).decode(errors="replace")):
                return True
            before = block[-FILE_OVERLAP:]
    return False
