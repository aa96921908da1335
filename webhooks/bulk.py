"""Many rows in one statement, the same on both databases: they travel as one JSON parameter.

The ORM's bulk_update spends more time on its CASE expressions than PostgreSQL spends on the update, and a list of
parameters ends at 65,535.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from crmsolid.core import strictjson

_POSTGRESQL_TYPES = {"text": "text", "int": "bigint", "time": "timestamptz", "json": "jsonb", "bool": "boolean"}


def rows_source(columns: Mapping[str, str], alias: str = "r") -> str:
    """A FROM item of these columns (name to ``text``, ``int``, ``time``, ``json`` or ``bool``); its one parameter is
    what :func:`rows_parameter` answers."""
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{name} {_POSTGRESQL_TYPES[kind]}" for name, kind in columns.items())
        return f"json_to_recordset(%s::json) AS {alias}({typed})"
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"(SELECT {picked} FROM json_each(%s)) AS {alias}"


def rows_parameter(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as the parameter of :func:`rows_source`; times through :func:`moment_writer`."""
    return strictjson.dumps(rows).decode()


def moment_writer() -> Callable[[datetime | None], str | None]:
    """What writes a time the way the database in use reads it from text. For a batch: asking Django for its
    connection takes longer than writing the time."""
    if connection.vendor == "postgresql":
        return lambda moment: None if moment is None else moment.isoformat()
    adapt = connection.ops.adapt_datetimefield_value
    return lambda moment: None if moment is None else str(adapt(moment))


def ids_clause(column: str, ids: Sequence[str]) -> tuple[str, list[Any]]:
    """``column`` is one of ``ids``, with any number of them."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(ids)]
    return f"{column} IN (SELECT value FROM json_each(%s))", [strictjson.dumps(list(ids)).decode()]


def row_lock(*, skip_locked: bool = False) -> str:
    """The locking clause of a SELECT. On SQLite the transaction is the lock."""
    if connection.vendor != "postgresql":
        return ""
    return " FOR NO KEY UPDATE SKIP LOCKED" if skip_locked else " FOR NO KEY UPDATE"
