"""Model rows by hand-written SQL, for the few statements that every request runs.

The ORM spends more time building a query than PostgreSQL spends answering it. A :class:`Table` builds the text
once per database vendor and keeps the ORM's own conversion of values, so a row means the same on SQLite and
PostgreSQL. The WHERE and ON CONFLICT parts are written where they are used and stay within what both understand.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from crmsolid.core.sql import deferred_inserts
from crmsolid.core.sql.prepared_cursor import on_postgresql, statement_cursor

M = TypeVar("M", bound=models.Model)
Converter = Callable[[Any], Any]

_AS_IS = frozenset({str, int, bool, bytes, type(None)})
_AS_IS_ON_POSTGRESQL = _AS_IS | {datetime}


class Table(Generic[M]):
    """One model's table. Fields are always all concrete columns, in the model's order."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
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

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        """By field: what makes its default value."""
        return {field.attname: _default_of(field) for field in self.fields}

    def new(self, **values: Any) -> M:
        """A row that is not written yet: the values given by column, else the defaults. As ``Model(**values)``, which
        asks each field and each relation several times."""
        row = [values.pop(name) if name in values else make() for name, make in self._defaults.items()]
        if values:
            raise TypeError(f"{self.model.__name__} has no columns {', '.join(values)}")
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row)
        made._state.adding = True
        return made

    @cached_property
    def _writers(self) -> "list[tuple[models.Field[Any, Any], str, Callable[[], Any], bool]]":
        """Each writable field, its name, its default, and whether it is stored as JSON text."""
        return [
            (field, field.attname, self._defaults[field.attname], type(field) is models.JSONField and not field.encoder)
            for field in self._writable
        ]

    def _values(self, row: "M | Mapping[str, Any]", here: Any) -> list[Any]:
        """What the driver is given for a row: the ORM's conversion, left out where it would change nothing."""
        given = row if isinstance(row, dict) else row.__dict__
        as_is = _AS_IS_ON_POSTGRESQL if on_postgresql() else _AS_IS
        found = []
        for field, name, make, is_json in self._writers:
            value = given[name] if name in given else make()
            if is_json:
                value = "{}" if value == {} else None if value is None else json.dumps(value)
            elif type(value) not in as_is:
                value = value.value if isinstance(value, models.Choices) else field.get_db_prep_save(value, here)
            found.append(value)
        return found

    def columns(self, alias: str = "") -> str:
        """The column list, for a SELECT of one's own; :meth:`hydrate` reads it back."""
        if alias not in self._columns:
            dot = f'"{alias}".' if alias else ""
            self._columns[alias] = ", ".join(f'{dot}"{field.column}"' for field in self.fields)
        return self._columns[alias]

    def hydrate(self, values: Sequence[Any]) -> M:
        """A model instance from the values of :meth:`columns`."""
        row = list(values)
        for position, convert in self._converters:
            if row[position] is not None:
                row[position] = convert(row[position])
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, row)

    def convert(self, name: str, value: Any) -> Any:
        """One value of the field ``name`` as its model would have it."""
        if value is None:
            return None
        position = self.names.index(name)
        for place, convert in self._converters:
            if place == position:
                value = convert(value)
        return value

    @cached_property
    def _converters(self) -> list[tuple[int, Converter]]:
        return list(self._find_converters())

    def _find_converters(self) -> Iterable[tuple[int, Converter]]:
        for position, field in enumerate(self.fields):
            if isinstance(field, models.JSONField) and field.decoder is None:
                yield position, _load_json  # both databases hand it over as text
                continue
            column = field.get_col(self.model._meta.db_table)
            for convert in [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]:
                yield position, _bind(convert, column)

    def select(self, where: str, params: Sequence[Any], *, lock: bool = False, deleting: bool = False) -> list[M]:
        """Rows of ``SELECT … WHERE {where}``. On SQLite the transaction is the lock; on PostgreSQL ``lock`` is FOR NO
        KEY UPDATE and ``deleting`` FOR UPDATE, which also waits for whoever is about to refer to the row."""
        ending = " FOR UPDATE" if deleting else " FOR NO KEY UPDATE" if lock else ""
        if not on_postgresql():
            ending = ""
        with statement_cursor() as cursor:
            cursor.execute(f"SELECT {self.columns()} FROM {self.name} WHERE {where}{ending}", params)
            return [self.hydrate(row) for row in cursor.fetchall()]

    def read(self, queryset: "models.QuerySet[Any]") -> list[Any]:
        """The rows of a queryset as named tuples of the model's columns, where making instances would cost more than
        the query; the statement is one of the hot ones."""
        try:
            sql, params = self._text_of(queryset.query)
        except EmptyResultSet:
            return []
        with statement_cursor() as cursor:
            cursor.execute(sql, params)
            found = cursor.fetchall()
        converters, make = self._converters, self._record._make
        if not converters:
            return [make(row) for row in found]
        records = []
        for values in found:
            row = list(values)
            for position, convert in converters:
                if row[position] is not None:
                    row[position] = convert(row[position])
            records.append(make(row))
        return records

    def _text_of(self, query: Any) -> tuple[str, Sequence[Any]]:
        """The query's statement. Its joins and conditions are put into words by Django, the columns and a plain order
        here: they are always the same, and would take three times as long as all the rest."""
        ends = [name.lstrip("-") for name in query.order_by]
        special = query.annotations or query.distinct or query.combinator or query.extra or query.group_by
        if special or not query.default_cols or query.low_mark or not self._plain_order.issuperset(ends):
            return query.sql_with_params()
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        alias = query.get_initial_alias()
        where, params = compiler.compile(query.where)
        source, more = compiler.get_from_clause()
        order = ", ".join(
            f'"{alias}"."{name.lstrip("-")}" {"DESC" if name[0] == "-" else "ASC"}' for name in query.order_by
        )
        text = f"SELECT {self.columns(alias)} FROM {' '.join(source)} WHERE {where}"
        text += f" ORDER BY {order}" if order else ""
        text += f" LIMIT {query.high_mark}" if query.high_mark is not None else ""
        return text, [*more, *params]

    @cached_property
    def _plain_order(self) -> frozenset[str]:
        """Columns that a query may name in its order as they are called in the table."""
        return frozenset(field.name for field in self.fields if field.name == field.column)

    @cached_property
    def _record(self) -> Any:
        return namedtuple(f"{self.model.__name__}Record", self.names)

    def insert(self, rows: "Sequence[M | Mapping[str, Any]]", conflict: str = "") -> int:
        """Insert all rows in one statement; ``conflict`` follows ON CONFLICT. Answers how many were written.

        A row is an instance or, cheaper, the values of its fields by name; what is left out is the field's default.
        """
        if not rows:
            return 0
        names = ", ".join(self.quoted)
        places = ", ".join([f"({', '.join(['%s'] * len(self.quoted))})"] * len(rows))
        here = connections[DEFAULT_DB_ALIAS]
        params = [value for row in rows for value in self._values(row, here)]
        tail = f" ON CONFLICT {conflict}" if conflict else ""
        with statement_cursor() as cursor:
            cursor.execute(f"INSERT INTO {self.name} ({names}) VALUES {places}{tail}", params)
            return cursor.rowcount

    def insert_later(self, rows: "Sequence[M | Mapping[str, Any]]", conflict: str = "") -> None:
        """As :meth:`insert`, but at the end of the unit of work; at once outside of one or within a savepoint.

        Nothing may read the rows back before the unit ends.
        """
        pending = deferred_inserts.current()
        if pending is None or not pending.accepts():
            self.insert(rows, conflict)
        elif rows:
            values = [self._values(row, pending.connection) for row in rows]
            pending.insertions.append(deferred_inserts.Insertion(self, values, conflict))

    @cached_property
    def quoted(self) -> list[str]:
        """The columns an INSERT names."""
        return [f'"{field.column}"' for field in self._writable]

    @cached_property
    def casts(self) -> list[str]:
        """Their types on PostgreSQL, without lengths: a cast to a type with a length would cut silently."""
        return [str(field.db_type(connection)).partition("(")[0] for field in self._writable]

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


def _default_of(field: "models.Field[Any, Any]") -> Callable[[], Any]:
    """What ``field.get_default`` would find each time; an enumeration's member as the text it is stored as."""
    if field.has_default() and callable(field.default):
        return field.default
    value = field.get_default()
    if isinstance(value, models.Choices):
        value = value.value
    return lambda: value


def _load_json(text: str) -> Any:
    return {} if text == "{}" else json.loads(text)


def _bind(convert: Any, column: Any) -> Converter:
    return lambda value: convert(value, column, connection)


def moment(value: Any) -> Any:
    """A datetime as a parameter of hand-written SQL, right for the database in use."""
    return value if on_postgresql() else connection.ops.adapt_datetimefield_value(value)


def among_ids(column: str, ids: Sequence[str]) -> tuple[str, list[Any]]:
    """SQL for "the column is one of these ids of ours": on PostgreSQL one statement however many there are, with the
    ids as the text of an array, which needs no quotes for them."""
    if on_postgresql():
        return f"{column} = ANY(%s::text[])", ["{" + ",".join(ids) + "}"]
    return f"{column} IN ({', '.join(['%s'] * len(ids))})", list(ids)
