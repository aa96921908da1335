"""INSERT ... SELECT over the ORM: the database copies the rows, and none of them passes through this process."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models


def insert_select(
    model: type[models.Model],
    rows: "models.QuerySet[Any, Any]",
    *,
    columns: Sequence[str],
    ignore_conflicts: bool = False,
) -> int:
    """Insert the rows of a ``values_list`` queryset as rows of ``model``, and return how many were written.

    ``columns`` are the names of the fields that its values are for, in their order; all others must have a default in
    the database or be nullable. Expressions may stand among the values: ``Value(workspace_id)``. With
    ``ignore_conflicts`` a row that breaks a unique constraint is passed over. A locking clause of the queryset applies.
    """
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(model._meta.get_field(name).column)) for name in columns)  # type: ignore[union-attr]
    try:
        select, params = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    ending = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({names}) {select}{ending}", params)
        return cursor.rowcount
