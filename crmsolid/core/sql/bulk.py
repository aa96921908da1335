"""Many rows in one statement, the same on both databases: they travel as one JSON parameter, a list of lists.

The ORM's bulk_update spends more time on its CASE expressions than PostgreSQL spends on the update, and a list of
parameters ends at 65,535. PostgreSQL takes a value out of a binary list by its place in a third of the time that
json_to_recordset takes to find it by its name.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from crmsolid.core import strictjson
from crmsolid.core.sql.prepared_cursor import statement_cursor

# How a value is taken out of its list: JSON as it is, all else by its text.
_POSTGRESQL_VALUES = {
    "text": "value->>{}",
    "int": "(value->>{})::bigint",
    "time": "(value->>{})::timestamptz",
    "json": "value->{}",
    "bool": "(value->>{})::boolean",
}


def run(statement: str, params: Sequence[Any] = ()) -> None:
    """Run one of the pump's statements, which PostgreSQL keeps prepared."""
    with statement_cursor() as cursor:
        cursor.execute(statement, params)


def fetch(statement: str, params: Sequence[Any] = ()) -> list[Any]:
    """As :func:`run`, for a statement that answers rows."""
    with statement_cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def rows_source(columns: Mapping[str, str], alias: str = "r") -> str:
    """A FROM item of these columns (name to ``text``, ``int``, ``time``, ``json`` or ``bool``); its one parameter is
    what :func:`rows_parameter` answers."""
    if connection.vendor == "postgresql":
        values = (_POSTGRESQL_VALUES[kind].format(place) for place, kind in enumerate(columns.values()))
        table = "jsonb_array_elements(%s::jsonb)"
    else:
        values = (f"json_extract(value, '$[{place}]')" for place in range(len(columns)))
        table = "json_each(%s)"
    picked = ", ".join(f"{value} AS {name}" for value, name in zip(values, columns, strict=True))
    return f"(SELECT {picked} FROM {table}) AS {alias}"


def rows_parameter(rows: Sequence[Sequence[Any]]) -> str:
    """The rows, values in the order of the columns, as the parameter of :func:`rows_source`; times through
    :func:`moment_writer`."""
    return strictjson.dumps(rows).decode()


def moment_writer() -> Callable[[datetime | None], str | None]:
    """What writes a time the way the database in use reads it from text. For a batch: asking Django for its
    connection takes longer than writing the time."""
    if connection.vendor == "postgresql":
        return lambda moment: None if moment is None else moment.isoformat()
    adapt = connection.ops.adapt_datetimefield_value
    return lambda moment: None if moment is None else str(adapt(moment))


def ids_clause(column: str, ids: "Sequence[str] | Sequence[int]") -> tuple[str, list[Any]]:
    """``column`` is one of ``ids``, with any number of them."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(ids)]
    return f"{column} IN (SELECT value FROM json_each(%s))", [strictjson.dumps(list(ids)).decode()]


def row_lock(*, skip_locked: bool = False) -> str:
    """The locking clause of a SELECT. On SQLite the transaction is the lock."""
    if connection.vendor != "postgresql":
        return ""
    return " FOR NO KEY UPDATE SKIP LOCKED" if skip_locked else " FOR NO KEY UPDATE"
