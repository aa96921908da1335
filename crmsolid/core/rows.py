"""Model rows by hand-written SQL, for the few statements that every request runs.

The ORM spends more time building a query than PostgreSQL spends answering it. A :class:`Table` builds the text
once per database vendor and keeps the ORM's own conversion of values, so a row means the same on SQLite and
PostgreSQL. The WHERE and ON CONFLICT parts are written where they are used and stay within what both understand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Generic, TypeVar

import psycopg
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Converter = Callable[[Any], Any]


@contextmanager
def statement_cursor() -> Iterator[Any]:
    """A cursor for the hot statements. On PostgreSQL it prepares them on the server, once a connection, which
    saves parsing and planning each time; it is the connection's own, kept from one statement to the next.

    Whoever counts or wraps queries through Django (tests, debugging) gets Django's cursor and sees them all.
    """
    if connection.vendor != "postgresql" or connection.queries_logged or connection.execute_wrappers:
        with connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    raw: Any = connection.connection
    own = getattr(raw, "crmsolid_cursor", None)
    if own is None:
        own = raw.crmsolid_cursor = psycopg.Cursor(raw)
        raw.prepare_threshold = 1
        raw.prepared_max = 200
    with connection.wrap_database_errors:
        yield own


class Table(Generic[M]):
    """One model's table. Fields are always all concrete columns, in the model's order."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self._converters: dict[str, list[tuple[int, Converter]]] = {}
        self._columns: dict[str, str] = {}

    @cached_property
    def fields(self) -> "list[models.Field[Any, Any]]":
        return [field for field in self.model._meta.concrete_fields]

    @cached_property
    def names(self) -> list[str]:
        return [field.attname for field in self.fields]

    @cached_property
    def name(self) -> str:
        return f'"{self.model._meta.db_table}"'

    @cached_property
    def _writable(self) -> "list[models.Field[Any, Any]]":
        return [field for field in self.fields if not isinstance(field, models.AutoField | models.BigAutoField)]

    def columns(self, alias: str = "") -> str:
        """The column list, for a SELECT of one's own; :meth:`hydrate` reads it back."""
        if alias not in self._columns:
            dot = f"{alias}." if alias else ""
            self._columns[alias] = ", ".join(f'{dot}"{field.column}"' for field in self.fields)
        return self._columns[alias]

    def hydrate(self, values: Sequence[Any]) -> M:
        """A model instance from the values of :meth:`columns`."""
        row = list(values)
        for position, convert in self._converters_here():
            if row[position] is not None:
                row[position] = convert(row[position])
        return self.model.from_db(connection.alias, self.names, row)

    def convert(self, name: str, value: Any) -> Any:
        """One value of the field ``name`` as its model would have it."""
        position = self.names.index(name)
        for place, convert in self._converters_here():
            if place == position and value is not None:
                value = convert(value)
        return value

    def _converters_here(self) -> list[tuple[int, Converter]]:
        found = self._converters.get(connection.vendor)
        if found is None:
            found = self._converters[connection.vendor] = list(self._find_converters())
        return found

    def _find_converters(self) -> Iterable[tuple[int, Converter]]:
        for position, field in enumerate(self.fields):
            column = field.get_col(self.model._meta.db_table)
            for convert in [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]:
                yield position, _bind(convert, column)

    def select(self, where: str, params: Sequence[Any], *, lock: bool = False, deleting: bool = False) -> list[M]:
        """Rows of ``SELECT … WHERE {where}``. On SQLite the transaction is the lock; on PostgreSQL ``lock`` is FOR NO
        KEY UPDATE and ``deleting`` FOR UPDATE, which also waits for whoever is about to refer to the row."""
        ending = " FOR UPDATE" if deleting else " FOR NO KEY UPDATE" if lock else ""
        if connection.vendor != "postgresql":
            ending = ""
        with statement_cursor() as cursor:
            cursor.execute(f"SELECT {self.columns()} FROM {self.name} WHERE {where}{ending}", params)
            return [self.hydrate(row) for row in cursor.fetchall()]

    def insert(self, rows: Sequence[M], conflict: str = "") -> int:
        """Insert all rows in one statement; ``conflict`` follows ON CONFLICT. Answers how many were written."""
        if not rows:
            return 0
        fields = self._writable
        names = ", ".join(f'"{field.column}"' for field in fields)
        places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
        params = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
        tail = f" ON CONFLICT {conflict}" if conflict else ""
        with statement_cursor() as cursor:
            cursor.execute(f"INSERT INTO {self.name} ({names}) VALUES {places}{tail}", params)
            return cursor.rowcount

    def insert_computed(self, row: M, computed: Mapping[str, tuple[str, Sequence[Any]]], conflict: str) -> bool:
        """Insert one row, the fields in ``computed`` by an SQL expression (text, parameters), and read those back.

        False when ON CONFLICT {conflict} left it out.
        """
        places: list[str] = []
        params: list[Any] = []
        for field in self._writable:
            if field.attname in computed:
                sql, values = computed[field.attname]
                places.append(sql)
                params += values
            else:
                places.append("%s")
                params.append(field.get_db_prep_save(getattr(row, field.attname), connection))
        names = ", ".join(f'"{field.column}"' for field in self._writable)
        back = ", ".join(f'"{self.model._meta.get_field(name).column}"' for name in computed)  # type: ignore[union-attr]
        with statement_cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.name} ({names}) VALUES ({', '.join(places)})"
                f" ON CONFLICT {conflict} RETURNING {back}",
                params,
            )
            found = cursor.fetchall()
        for values in found:
            for name, value in zip(computed, values, strict=True):
                setattr(row, name, self.convert(name, value))
        return bool(found)

    def update(self, values: dict[str, Any], where: str, params: Sequence[Any]) -> int:
        """UPDATE the named fields where ``where`` holds. Answers how many rows it changed."""
        fields: list[Any] = [self.model._meta.get_field(name) for name in values]
        sets = ", ".join(f'"{field.column}" = %s' for field in fields)
        prepared = [
            field.get_db_prep_save(value, connection) for field, value in zip(fields, values.values(), strict=True)
        ]
        with statement_cursor() as cursor:
            cursor.execute(f"UPDATE {self.name} SET {sets} WHERE {where}", [*prepared, *params])
            return cursor.rowcount


def _bind(convert: Any, column: Any) -> Converter:
    return lambda value: convert(value, column, connection)


def moment(value: Any) -> Any:
    """A datetime as a parameter of hand-written SQL, right for the database in use."""
    return connection.ops.adapt_datetimefield_value(value)
