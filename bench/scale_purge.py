"""Purges of ``bench.scale``: how long each of the product's tasks takes for a tenth of its table; and how large the
tables and their indexes are."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection

from crmsolid.api.tasks import purge as purge_records
from crmsolid.workspaces import purging as workspace_purging
from crmsolid.workspaces.models import Workspace
from messaging.tasks import purge as purge_messaging
from webhooks import purging as webhook_purging

SIZES = """
SELECT c.relname, s.n_live_tup, pg_relation_size(c.oid), pg_indexes_size(c.oid), pg_total_relation_size(c.oid)
FROM pg_class AS c JOIN pg_stat_user_tables AS s ON s.relid = c.oid
WHERE s.n_live_tup > 10000 ORDER BY 5 DESC
"""
UNUSED = """
SELECT s.relname, s.indexrelname, pg_relation_size(s.indexrelid), EXISTS (
  SELECT FROM pg_constraint WHERE conindid = s.indexrelid) FROM pg_stat_user_indexes AS s
JOIN pg_stat_user_tables AS t ON t.relid = s.relid
WHERE s.idx_scan = 0 AND t.n_live_tup > 10000 ORDER BY 3 DESC
"""


def print_sizes() -> None:
    """The bytes of each large table and of its indexes, and the indexes that no statement has used."""
    megabyte = 1_000_000
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        print("rows, MB of the table, of its indexes, MB a million rows in all")
        for table, rows, heap, indexes, total in cursor.fetchall():
            each = total / rows
            print(f"{rows:12,} {heap / megabyte:9,.0f} {indexes / megabyte:9,.0f} {each:9,.0f}  {table}")
        cursor.execute(UNUSED)
        print("indexes that were never used, MB")
        for table, index, size, constraint in cursor.fetchall():
            print(f"{size / megabyte:9,.1f}  {table}.{index}{' (constraint)' if constraint else ''}")


class Transactions:
    """The times of the transactions of this connection, and of the statements in them."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.statements: list[tuple[float, str]] = []
        self.began: float | None = None

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        result = execute(sql, params, many, context)
        self.statements.append((time.perf_counter() - started, sql))
        return result


def measure(workspace: Workspace) -> None:
    """Run each purge until nothing is left to delete, and print its rates and its longest statement."""
    settings.AUDIT_DAYS = 100
    tasks: dict[str, Callable[[], int]] = {
        "webhooks.purge": webhook_purging.purge,
        "apikeys.purge": purge_records,
        "crmsolid.purge": workspace_purging.purge,
        "messaging.purge": purge_messaging,
    }
    for name, task in tasks.items():
        transactions = Transactions()
        started, deleted, runs, longest = time.perf_counter(), 0, 0, 0.0
        with connection.execute_wrapper(transactions):
            while True:
                began = time.perf_counter()
                count = task()
                longest = max(longest, time.perf_counter() - began)
                if not count:
                    break
                deleted, runs = deleted + count, runs + 1
        seconds = time.perf_counter() - started
        slowest, sql = max(transactions.statements)
        print(
            f"{name}: {deleted:,} rows in {runs} runs and {seconds:,.1f} s, {deleted / seconds:,.0f} a second;"
            f" longest run {longest:,.1f} s, longest statement {slowest * 1000:,.0f} ms: {sql[:160]}",
            flush=True,
        )
