"""Statements about many rows, the same for both databases. The rows are one parameter: a JSON list of lists.

The ORM's ``bulk_update`` spends more time on its CASE expressions than PostgreSQL spends on the update, and a statement
takes at most 65,535 parameters. PostgreSQL reads a value from a JSON list by its position in a third of the time that
``json_to_recordset`` needs to find it by its name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

from crmsolid.core import strictjson
from crmsolid.core.sql.prepared_cursor import on_postgresql, statement_cursor

T = TypeVar("T")

# How a value of each type is read from its list on PostgreSQL.
_POSTGRESQL_VALUES = {
    "text": "value->>{}",
    "int": "(value->>{})::bigint",
    "time": "(value->>{})::timestamptz",
    "json": "value->{}",
    "bool": "(value->>{})::boolean",
}


def run(statement: str, params: Sequence[Any] = ()) -> None:
    """Execute a statement that returns no rows. PostgreSQL keeps it prepared."""
    with statement_cursor() as cursor:
        cursor.execute(statement, params)


def fetch(statement: str, params: Sequence[Any] = ()) -> list[Any]:
    """Execute a statement and return its rows. PostgreSQL keeps it prepared."""
    with statement_cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def rows_source(columns: Mapping[str, str], alias: str = "r") -> str:
    """A FROM item with these columns (name to ``text``, ``int``, ``time``, ``json`` or ``bool``). It has one parameter:
    the result of :func:`rows_parameter`."""
    if on_postgresql():
        values = (_POSTGRESQL_VALUES[type].format(index) for index, type in enumerate(columns.values()))
        table = "jsonb_array_elements(%s::jsonb)"
    else:
        values = (f"json_extract(value, '$[{index}]')" for index in range(len(columns)))
        table = "json_each(%s)"
    selected = ", ".join(f"{value} AS {name}" for value, name in zip(values, columns, strict=True))
    return f"(SELECT {selected} FROM {table}) AS {alias}"


def rows_parameter(rows: Sequence[Sequence[Any]]) -> str:
    """The rows as the parameter of :func:`rows_source`, their values in the order of its columns.

    Times must be formatted with :func:`datetime_formatter`.
    """
    return strictjson.dumps(rows).decode()


def datetime_formatter() -> Callable[[datetime | None], str | None]:
    """A function that formats a time as text in the way the database reads it.

    Get it once for a batch: asking Django for its connection takes longer than formatting a time.
    """
    if on_postgresql():
        return lambda value: None if value is None else value.isoformat()
    adapt = connection.ops.adapt_datetimefield_value
    return lambda value: None if value is None else str(adapt(value))


def ids_clause(column: str, ids: Sequence[str] | Sequence[int]) -> tuple[str, list[Any]]:
    """A condition and its parameters: ``column`` is one of ``ids``. The text is the same for any number of them."""
    if on_postgresql():
        return f"{column} = ANY(%s)", [list(ids)]
    return f"{column} IN (SELECT value FROM json_each(%s))", [strictjson.dumps(list(ids)).decode()]


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in lists of at most ``size``."""
    iterator = iter(values)
    while batch := list(islice(iterator, size)):
        yield batch


def row_lock(*, skip_locked: bool = False) -> str:
    """The locking clause of a SELECT. Empty on SQLite, where the transaction itself is the lock."""
    if not on_postgresql():
        return ""
    return " FOR NO KEY UPDATE SKIP LOCKED" if skip_locked else " FOR NO KEY UPDATE"
