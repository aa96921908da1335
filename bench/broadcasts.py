"""``python -m bench.broadcasts``: what a broadcast to 100,000 contacts costs.

Needs PostgreSQL on 127.0.0.1:5432 (or BENCH_POSTGRES) and a Redis database of its own (BENCH_REDIS), which is emptied.

preview   the whole audience is judged, with a text that has variables
freeze    one row a recipient, by the job of the broadcast
send      messages made by the job in ten seconds, without sending them

Beside the times it prints by how much the memory of the process grew, and the parameters of the longest statement.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("BENCH_DATABASE", "crmsolid_bench_broadcasts")

from bench.sending import VERDICTS, Row, drop_database, prepare, query
from bench.sequences import actor, add_contacts

PREVIEW_SECONDS, FREEZE_SECONDS, GROWTH_MIB, PARAMETERS = 10, 60, 150, 5000
SEND_SECONDS = 10


def memory_mib() -> float:
    """The resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def count_parameters() -> list[int]:
    """A list that grows by the number of parameters of each statement from now on."""
    from psycopg import Cursor

    from crmsolid.core.sql.prepared_cursor import PreparedCursor

    counted = [0]

    def count(cursor: Any) -> None:
        execute = cursor.execute

        def counting(self: Any, statement: Any, params: Any = None, **options: Any) -> Any:
            counted.append(len(params or ()))
            return execute(self, statement, params, **options)

        cursor.execute = counting

    count(Cursor)
    count(PreparedCursor)
    return counted


def measure(contacts: int) -> list[Row]:
    from crmsolid.jobs import runner
    from messaging.broadcasts import batches, services
    from messaging.broadcasts.definition import Definition
    from messaging.broadcasts.models import Broadcast, Recipient
    from messaging.models import Account, Message

    by = actor()
    account = Account.objects.for_workspace(by.workspace).first()
    query("UPDATE messaging_account SET daily_limit = 1000000")
    add_contacts(contacts)
    query(
        "INSERT INTO contacts_segment (id, workspace_id, name, filter, created_at, updated_at)"
        " VALUES ('seg_01J00000000000000000000000', %s, 'All', '{\"all\": []}', now(), now())",
        by.workspace.pk,
    )
    query("VACUUM ANALYZE")
    parameters, idle = count_parameters(), memory_mib()
    text = "Hello {first_name|there}, {name} has news"
    definition = Definition("News", text, (account.pk,), {"segment_id": "seg_01J00000000000000000000000"})
    started = time.monotonic()
    preview = services.preview_broadcast(by, definition)
    previewed = time.monotonic() - started
    broadcast = services.start_broadcast(by, definition, audience_hash=preview.audience_hash)
    started, chunks, longest = time.monotonic(), 0, 0.0
    while Broadcast.objects.for_workspace(by.workspace).get(pk=broadcast.pk).frozen_at is None:
        chunk = time.monotonic()
        chunks += runner.run_due(seconds=0)
        longest = max(longest, time.monotonic() - chunk)
    frozen = time.monotonic() - started
    assert Recipient.objects.for_workspace(by.workspace).filter(broadcast=broadcast).count() == preview.eligible
    batches.MAX_IN_FLIGHT = contacts
    started = time.monotonic()
    runner.run_due(seconds=SEND_SECONDS)
    made = Message.objects.for_workspace(by.workspace).count() / (time.monotonic() - started)
    growth, most = memory_mib() - idle, max(parameters)
    return [
        (
            f"preview of {contacts:,} contacts, s",
            f"{previewed:.1f} (at most {PREVIEW_SECONDS})",
            previewed < PREVIEW_SECONDS,
        ),
        (f"freeze in {chunks} chunks, s", f"{frozen:.1f} (at most {FREEZE_SECONDS})", frozen < FREEZE_SECONDS),
        ("longest chunk of the freeze, s", f"{longest:.2f}", None),
        ("messages made, a second", f"{made:,.0f}", None),
        ("memory above idle, MiB", f"{growth:.0f} (at most {GROWTH_MIB})", growth < GROWTH_MIB),
        ("parameters of the longest statement", f"{most:,} (at most {PARAMETERS:,})", most <= PARAMETERS),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    options = parser.parse_args()
    prepare()
    print("| broadcast | figure | |\n| --- | --- | --- |")
    for name, figure, passed in measure(options.contacts):
        print(f"| {name} | {figure} | {VERDICTS[passed]} |", flush=True)
    drop_database()


if __name__ == "__main__":
    main()
