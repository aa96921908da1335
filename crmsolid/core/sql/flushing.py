"""The end of a unit of work: what it gathered becomes one statement on PostgreSQL, one for each insertion on SQLite."""

from functools import lru_cache
from typing import Any

from django.db import OperationalError
from psycopg import pq

from crmsolid.core.sql import deferred_inserts
from crmsolid.core.sql.prepared_cursor import (
    PATIENCE_MS,
    PreparedCursor,
    numbered,
    on_postgresql,
    statement_cursor,
    translate,
)
from crmsolid.core.sql.table import Table


def flush(unit: deferred_inserts.Unit) -> None:
    """Write what the unit gathered. :class:`deferred_inserts.WrongGuess`: nothing was written."""
    if unit.guess is None and not unit.pending:
        return
    if not on_postgresql():
        _flush_each(unit)
        return
    guess = unit.guess
    params = [*guess.row, *guess.params] if guess is not None else []
    for each in unit.pending:
        for row in each.rows:
            params += row
    plain, prepared = _as_one(
        (guess.table, guess.unless) if guess is not None else None,
        tuple((each.table, len(each.rows), each.conflict) for each in unit.pending),
    )
    alone = guess is not None and _nothing_said(unit.database.connection)
    if alone:
        unit.turn = None
    try:
        with statement_cursor() as cursor:
            if isinstance(cursor, PreparedCursor):
                cursor.execute_numbered(prepared, params, alone=alone)
            else:
                cursor.execute(plain, params)
            held = cursor.fetchone()[0]
    except OperationalError as error:
        translate(error)
    if not held:
        raise deferred_inserts.WrongGuess


def _nothing_said(raw: Any) -> bool:
    """Whether the open transaction has had no statement yet: BEGIN goes with the first one."""
    return raw is not None and raw.pgconn.transaction_status == pq.TransactionStatus.IDLE


@lru_cache(maxsize=500)
def _as_one(
    guess: tuple[Table[Any], str] | None, pending: tuple[tuple[Table[Any], int, str], ...]
) -> tuple[str, bytes]:
    """One WITH that writes everything and answers whether the guess held, with ``%s`` and with numbered places.

    On a wrong guess the rest writes nothing: its rows are selected only where the guessed row was written.
    """
    parts: list[str] = []
    if guess is not None:
        # The time limit on locks is set by the row that comes first, for a statement that is its own transaction.
        table, unless = guess
        parts.append(
            f"guess AS (INSERT INTO {table.name} ({', '.join(table.quoted)})"
            f" SELECT {', '.join(['%s'] * len(table.quoted))}"
            f" WHERE set_config('lock_timeout', '{PATIENCE_MS}', true) IS NOT NULL AND NOT ({unless})"
            " ON CONFLICT DO NOTHING RETURNING 1)"
        )
    for number, (table, count, conflict) in enumerate(pending):
        first = "(" + ", ".join(f"%s::{cast}" for cast in table.casts) + ")"
        others = ["(" + ", ".join(["%s"] * len(table.casts)) + ")"] * (count - 1)
        values = f"VALUES {', '.join([first, *others])}"
        if guess is not None:
            values = f"SELECT * FROM ({values}) AS given WHERE EXISTS (SELECT 1 FROM guess)"
        tail = f" ON CONFLICT {conflict}" if conflict else ""
        parts.append(f"w{number} AS (INSERT INTO {table.name} ({', '.join(table.quoted)}) {values}{tail})")
    plain = f"WITH {', '.join(parts)} SELECT {'EXISTS (SELECT 1 FROM guess)' if guess is not None else 'true'}"
    return plain, numbered(plain)


def _flush_each(unit: deferred_inserts.Unit) -> None:
    with statement_cursor() as cursor:
        guess = unit.guess
        if guess is not None:
            names = guess.table.quoted
            cursor.execute(
                f"INSERT INTO {guess.table.name} ({', '.join(names)}) SELECT {', '.join(['%s'] * len(names))}"
                f" WHERE NOT ({guess.unless}) ON CONFLICT DO NOTHING",
                [*guess.row, *guess.params],
            )
            if not cursor.rowcount:
                raise deferred_inserts.WrongGuess
        for each in unit.pending:
            names = each.table.quoted
            places = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(each.rows))
            tail = f" ON CONFLICT {each.conflict}" if each.conflict else ""
            cursor.execute(
                f"INSERT INTO {each.table.name} ({', '.join(names)}) VALUES {places}{tail}",
                [value for row in each.rows for value in row],
            )
