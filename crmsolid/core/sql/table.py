"""Rows of a model by hand-written SQL, for the few statements that every request runs. docs/sql.md says when to use it.

The ORM spends more time on building a query than PostgreSQL spends on answering it. A :class:`Table` builds the text
once and converts values as the ORM does. The caller writes WHERE and ON CONFLICT.
"""

import json
from base64 import b64encode
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, models

from crmsolid.core.sql.bulk import row_encoder, text_of_time
from crmsolid.core.sql.pending_inserts import current
from crmsolid.core.sql.prepared_cursor import statement_cursor

M = TypeVar("M", bound=models.Model)
Converter = Callable[[Any], Any]

# Types whose values psycopg takes as they are.
_UNCONVERTED = frozenset({str, int, bool, bytes, datetime, type(None)})


def _text_of(value: Any) -> str:
    """Bytes are read with ``decode(…, 'base64')``."""
    return b64encode(value).decode("ascii") if isinstance(value, bytes | memoryview) else text_of_time(value)


_ENCODER = row_encoder(_text_of)


class Table(Generic[M]):
    """The table of one model. Statements name all its concrete columns, in the order of the model."""

    def __init__(self, model: type[M]) -> None:
        self.model = model

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

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        """By field name: a function that returns the default value."""
        return {field.attname: _default_of(field) for field in self.fields}

    def new(self, **values: Any) -> M:
        """An instance that is not stored yet, like ``Model(**values)`` but faster: Django's constructor asks each field
        and each relation several times. ``values`` are by column name; columns left out get their default."""
        row = [values.pop(name) if name in values else default() for name, default in self._defaults.items()]
        if values:
            raise TypeError(f"{self.model.__name__} has no columns {', '.join(values)}")
        instance = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row)
        instance._state.adding = True
        return instance

    @cached_property
    def _writers(self) -> "list[tuple[models.Field[Any, Any], str, Callable[[], Any], bool]]":
        """Each writable field, its name, the function of its default, and whether it is stored as JSON text."""
        return [
            (field, field.attname, self._defaults[field.attname], type(field) is models.JSONField and not field.encoder)
            for field in self._writable
        ]

    def _values(self, row: "M | Mapping[str, Any]") -> list[Any]:
        """The parameters of an INSERT for a row: converted by the ORM, except where that would change nothing."""
        values = row if isinstance(row, dict) else row.__dict__
        params = []
        for field, name, default, is_json in self._writers:
            value = values[name] if name in values else default()
            if is_json:
                value = None if value is None else json.dumps(value)
            elif type(value) not in _UNCONVERTED:
                value = value.value if isinstance(value, models.Choices) else field.get_db_prep_save(value, connection)
            params.append(value)
        return params

    def columns(self, alias: str = "") -> str:
        """The list of columns for a SELECT; :meth:`from_row` makes an instance of its result."""
        prefix = f'"{alias}".' if alias else ""
        return ", ".join(f'{prefix}"{field.column}"' for field in self.fields)

    def from_row(self, row: Sequence[Any]) -> M:
        """An instance from a row of :meth:`columns`."""
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, self._converted(row))

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self._converters:
            return row
        values = list(row)
        for index, convert in self._converters:
            if values[index] is not None:
                values[index] = convert(values[index])
        return values

    @cached_property
    def _converters(self) -> list[tuple[int, Converter]]:
        """The index of a column and a conversion of its values, for all that need one."""
        converters: list[tuple[int, Converter]] = []
        for index, field in enumerate(self.fields):
            if isinstance(field, models.JSONField) and field.decoder is None:
                converters.append((index, json.loads))  # Django has psycopg return it as text
                continue
            column = field.get_col(self.model._meta.db_table)
            for convert in field.get_db_converters(connection):
                converters.append((index, _bind(convert, column)))
        return converters

    def select(self, where: str, params: Sequence[Any], *, lock: bool = False, deleting: bool = False) -> list[M]:
        """The instances of ``SELECT ... WHERE {where}``.

        ``lock`` means FOR NO KEY UPDATE, and ``deleting`` FOR UPDATE, which also waits for transactions that insert a
        reference to the row.
        """
        locking = " FOR UPDATE" if deleting else " FOR NO KEY UPDATE" if lock else ""
        with statement_cursor() as cursor:
            cursor.execute(f"SELECT {self.columns()} FROM {self.name} WHERE {where}{locking}", params)
            return [self.from_row(row) for row in cursor.fetchall()]

    def read(self, queryset: "models.QuerySet[Any]", *, prepared: bool = True) -> list[Any]:
        """The rows of a queryset as named tuples of the model's columns, for lists: making instances would take longer
        than the query.

        ``prepared=False`` is for conditions on values of which some are rare and others frequent. PostgreSQL soon
        plans a prepared statement without looking at the values, and takes seconds for a rare one among many rows.
        """
        try:
            sql, params = self._compile(queryset.query)
        except EmptyResultSet:
            return []
        with statement_cursor() if prepared else connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        make = self._record._make
        return [make(self._converted(row)) for row in rows]

    def _compile(self, query: Any) -> tuple[str, Sequence[Any]]:
        """The statement of a query. Django compiles its joins and conditions; the columns and an order by columns of
        this table are written here, because compiling them takes Django three times as long as all the rest.
        A query that is more than this is compiled by Django alone."""
        order_names = [name.lstrip("-") for name in query.order_by]
        special = query.annotations or query.distinct or query.combinator or query.extra or query.group_by
        if special or not query.default_cols or query.low_mark or not self._orderable.issuperset(order_names):
            return query.sql_with_params()
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        alias = query.get_initial_alias()
        where, params = compiler.compile(query.where)
        source, source_params = compiler.get_from_clause()
        order = ", ".join(
            f'"{alias}"."{name.lstrip("-")}" {"DESC" if name[0] == "-" else "ASC"}' for name in query.order_by
        )
        text = f"SELECT {self.columns(alias)} FROM {' '.join(source)} WHERE {where}"
        text += f" ORDER BY {order}" if order else ""
        text += f" LIMIT {query.high_mark}" if query.high_mark is not None else ""
        return text, [*source_params, *params]

    @cached_property
    def _orderable(self) -> frozenset[str]:
        """The fields whose name in an order is also the name of the column."""
        return frozenset(field.name for field in self.fields if field.name == field.column)

    @cached_property
    def _record(self) -> Any:
        return namedtuple(f"{self.model.__name__}Record", self.names)

    def insert(self, rows: "Sequence[M | Mapping[str, Any]]", conflict: str = "") -> int:
        """Insert all rows in one statement and return how many were written. ``conflict`` is what follows ON CONFLICT.

        A row is an instance or, faster, a dict of values by field name. Fields left out get their default.
        """
        if not rows:
            return 0
        names = ", ".join(self.quoted)
        placeholders = ", ".join([f"({', '.join(['%s'] * len(self.quoted))})"] * len(rows))
        on_conflict = f" ON CONFLICT {conflict}" if conflict else ""
        sql = f"INSERT INTO {self.name} ({names}) VALUES {placeholders}{on_conflict}"
        with statement_cursor() as cursor:
            cursor.execute(sql, [value for row in rows for value in self._values(row)])
            return cursor.rowcount

    def insert_many(self, rows: "Sequence[M | Mapping[str, Any]]", conflict: str = "") -> None:
        """As :meth:`insert`, for any number of rows, which are one parameter."""
        if not rows:
            return
        ending = f" ON CONFLICT {conflict}" if conflict else ""
        sql = f"INSERT INTO {self.name} ({', '.join(self.quoted)}) {self._select_from_json}{ending}"
        with statement_cursor() as cursor:
            cursor.execute(sql, [_ENCODER.encode([self._values(row) for row in rows])])

    def insert_later(self, rows: "Sequence[M | Mapping[str, Any]]", conflict: str = "") -> None:
        """As :meth:`insert`, but at the end of the unit of work; at once outside of one, or within a savepoint.

        Nothing in the unit may read the rows.
        """
        pending = current.pending
        if pending is None or not pending.accepts():
            self.insert(rows, conflict)
        elif rows:
            pending.insertions.append((self, [self._values(row) for row in rows], conflict))

    @cached_property
    def _select_from_json(self) -> str:
        """SELECT of the columns that an INSERT names, from a JSON list of lists. psycopg takes several times as long to
        write an array as Python takes to write JSON."""
        values = (
            f"decode(value->>{index}, 'base64')" if cast == "bytea" else f"(value->>{index})::{cast}"
            for index, cast in enumerate(self.casts)
        )
        return f"SELECT {', '.join(values)} FROM jsonb_array_elements(%s::jsonb)"

    @cached_property
    def quoted(self) -> list[str]:
        """The columns that an INSERT names, quoted."""
        return [f'"{field.column}"' for field in self._writable]

    @cached_property
    def casts(self) -> list[str]:
        """The types of these columns, without lengths, as a cast to a length would truncate silently."""
        return [str(field.db_type(connection)).partition("(")[0] for field in self._writable]

    def insert_computed(self, row: M, computed: Mapping[str, tuple[str, Sequence[Any]]], conflict: str) -> bool:
        """Insert one row with the fields in ``computed`` as SQL expressions (text and parameters), and set the results
        on the instance. False if the row was not inserted because of ``ON CONFLICT {conflict}``.
        """
        expressions: list[str] = []
        params: list[Any] = []
        for field, value in zip(self._writable, self._values(row), strict=True):
            sql, values = computed.get(field.attname, ("%s", [value]))
            expressions.append(sql)
            params += values
        returning = ", ".join(f'"{self.model._meta.get_field(name).column}"' for name in computed)  # type: ignore[union-attr]
        with statement_cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.name} ({', '.join(self.quoted)}) VALUES ({', '.join(expressions)})"
                f" ON CONFLICT {conflict} RETURNING {returning}",
                params,
            )
            rows = cursor.fetchall()
        for values in rows:
            for name, value in zip(computed, values, strict=True):
                setattr(row, name, value)
        return bool(rows)

    def update(self, values: dict[str, Any], where: str, params: Sequence[Any]) -> int:
        """Set these fields in the rows that match ``where``, and return how many there were."""
        return len(self.update_returning(values, where, params, "1"))

    def update_returning(
        self, values: Mapping[str, Any], where: str, params: Sequence[Any], returning: str
    ) -> list[tuple[Any, ...]]:
        """As :meth:`update`, and return what ``returning`` has for each of the rows."""
        fields: list[Any] = [self.model._meta.get_field(name) for name in values]
        assignments = ", ".join(f'"{field.column}" = %s' for field in fields)
        new_values = [
            field.get_db_prep_save(value, connection) for field, value in zip(fields, values.values(), strict=True)
        ]
        with statement_cursor() as cursor:
            statement = f"UPDATE {self.name} SET {assignments} WHERE {where} RETURNING {returning}"
            cursor.execute(statement, [*new_values, *params])
            return list(cursor.fetchall())


def _default_of(field: "models.Field[Any, Any]") -> Callable[[], Any]:
    """A function that returns the default of the field. The member of an enumeration becomes its stored value."""
    if field.has_default() and callable(field.default):
        return field.default
    value = field.get_default()
    if isinstance(value, models.Choices):
        value = value.value
    return lambda: value


def _bind(convert: Any, column: Any) -> Converter:
    return lambda value: convert(value, column, connection)
