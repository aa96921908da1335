"""``python -m bench.erasure``: how long it takes to erase one of a million contacts on PostgreSQL.

It fills the database of ``DATABASE_URL`` as ``bench.contacts`` does, which must be a new one or that of an earlier run:
each contact has a thread, two messages with an attempt each, an event with a delivery and an attempt, a row as the
recipient of a broadcast, an address at Telegram and a stored answer; one in five is enrolled, with a step that was
done. Then it erases some over REST, and one with 10,000 messages, and prints the slowest statement of each with its
plan. The goal is a second for a request.
"""

import argparse
import os
import random
import statistics
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client

from apikeys.services import create_key
from bench.contacts import prepare, timed
from contacts.models import Contact
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.models import Broadcast
from messaging.models import Account
from sequences.models import Sequence, SequenceVersion
from webhooks.models import Endpoint

GOAL_SECONDS = 1.0
CHUNK = 50_000

# The rows of the contacts with the numbers from %(first)s to %(last)s. ``c`` is the id of the contact.
PEOPLE = (
    "(SELECT n, lpad(n::text, 26, '0') AS u, 'con_' || lpad(n::text, 26, '0') AS c"
    " FROM generate_series(%(first)s, %(last)s) AS n) AS p"
)
FILL = (
    f"""
INSERT INTO messaging_thread (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at)
SELECT 'thr_' || u, %(workspace)s, %(account)s, c, 0, now(), now() FROM {PEOPLE}
""",
    f"""
INSERT INTO messaging_message (id, workspace_id, account_id, thread_id, contact_id, direction, kind, status, text,
  rendered, request_id, recipient, source, random_id, eta, delayed_by, slot_at, lease, attempts, error, error_detail,
  created_at, sent_at, auto_reply)
SELECT 'msg_' || lpad((2 * n + k)::text, 26, '0'), %(workspace)s, %(account)s, 'thr_' || u, c, 'out', 'text', 'sent',
  'Hey Sarah, your invite is ready ' || n, true, '', '@user_' || n, 'direct', 2 * n + k, now(), '',
  now() - n * interval '1 minute', '', 1, '', '', now() - n * interval '1 minute', now(), false
FROM {PEOPLE}, generate_series(0, 1) AS k
""",
    f"""
INSERT INTO messaging_messageattempt (workspace_id, message_id, number, at, outcome, error, duration_ms)
SELECT %(workspace)s, 'msg_' || lpad((2 * n + k)::text, 26, '0'), 1, now(), 'sent', '', 5
FROM {PEOPLE}, generate_series(0, 1) AS k
""",
    f"""
INSERT INTO messaging_recipient (workspace_id, broadcast_id, contact_id, account_id, message_id, status, reason)
SELECT %(workspace)s, %(broadcast)s, c, %(account)s, 'msg_' || lpad((2 * n)::text, 26, '0'), 'sent', '' FROM {PEOPLE}
""",
    f"""
INSERT INTO messaging_peerhash (workspace_id, account_id, peer_id, access_hash, username)
SELECT %(workspace)s, %(account)s, n, 5, 'User_' || n FROM {PEOPLE}
""",
    f"""
INSERT INTO events_event (id, workspace_id, type, body, contact_id, request_id, created_at, position)
SELECT 'evt_' || u, %(workspace)s, 'message.sent', convert_to(repeat('x', 600), 'UTF8'), c, '', now(), n FROM {PEOPLE}
""",
    f"""
INSERT INTO webhooks_delivery (id, workspace_id, event_id, endpoint_id, event_type, status, reason, attempts, failures,
  lease, created_at)
SELECT 'dlv_' || u, %(workspace)s, 'evt_' || u, %(endpoint)s, 'message.sent', 'succeeded', '', 1, 0, '', now()
FROM {PEOPLE}
""",
    f"""
INSERT INTO webhooks_attempt (workspace_id, delivery_id, number, at, url, request_headers, signed_with, status, error,
  duration_ms, answer_headers, answer_body, answer_truncated)
SELECT %(workspace)s, 'dlv_' || u, 1, now(), '', '{{}}', 'current', 200, '', 5, '{{}}', 'ok', false FROM {PEOPLE}
""",
    f"""
INSERT INTO apikeys_idempotencyrecord (workspace_id, key, fingerprint, status, headers, body, sealed, contact_id,
  created_at)
SELECT %(workspace)s, n::text, '\\x00', 201, '{{}}', convert_to(repeat('x', 600), 'UTF8'), false, c, now() FROM {PEOPLE}
""",
    f"""
INSERT INTO sequences_enrollment (id, workspace_id, sequence_id, version_id, contact_id, account_id, status, reason,
  step_key, anchor_at, ended_at, request_id, created_at)
SELECT 'enr_' || u, %(workspace)s, %(sequence)s, %(version)s, c, %(account)s, 'completed', '', '', now(), now(), '',
  now() FROM {PEOPLE} WHERE n %% 5 = 0
""",
    f"""
INSERT INTO sequences_steprun (workspace_id, enrollment_id, version_id, step_key, message_id, outcome, error, handled,
  created_at)
SELECT %(workspace)s, 'enr_' || u, %(version)s, 'first', 'msg_' || lpad((2 * n + 1)::text, 26, '0'), 'sent', '', true,
  now() FROM {PEOPLE} WHERE n %% 5 = 0
""",
)
# More messages of one contact, each with its attempt and its event.
MANY = (
    """
INSERT INTO messaging_message (id, workspace_id, account_id, thread_id, contact_id, direction, kind, status, text,
  rendered, request_id, recipient, source, random_id, eta, delayed_by, slot_at, lease, attempts, error, error_detail,
  created_at, sent_at, auto_reply)
SELECT 'msg_9' || lpad((%(number)s::bigint * 100000 + n)::text, 25, '0'), workspace_id, account_id, thread_id,
  contact_id, direction, kind, status,
  text, rendered, request_id, recipient, source, -(%(number)s::bigint * 100000 + n), eta, delayed_by, slot_at,
  lease, attempts, error, error_detail,
  created_at, sent_at, auto_reply
FROM messaging_message, generate_series(1, %(messages)s) AS n WHERE id = 'msg_' || lpad((2 * %(number)s)::text, 26, '0')
""",
    """
INSERT INTO messaging_messageattempt (workspace_id, message_id, number, at, outcome, error, duration_ms)
SELECT workspace_id, id, 1, now(), 'sent', '', 5 FROM messaging_message
WHERE random_id < 0 AND contact_id = 'con_' || lpad(%(number)s::text, 26, '0')
""",
    """
INSERT INTO events_event (id, workspace_id, type, body, contact_id, request_id, created_at, position)
SELECT 'evt_9' || lpad((%(number)s::bigint * 100000 + n)::text, 25, '0'), workspace_id, type, body, contact_id, '',
  now(), -(%(number)s::bigint * 100000 + n)
FROM events_event, generate_series(1, %(messages)s) AS n WHERE id = 'evt_' || lpad(%(number)s::text, 26, '0')
""",
)
TABLES = (
    *("messaging_thread", "messaging_message", "messaging_messageattempt", "messaging_recipient", "messaging_peerhash"),
    *("events_event", "webhooks_delivery", "webhooks_attempt", "apikeys_idempotencyrecord"),
    *("sequences_enrollment", "sequences_steprun"),
)


def fill(workspace: Workspace, number: int) -> None:
    """Give each contact what the installation knows of them, unless an earlier run did."""
    if Account.objects.for_workspace(workspace).exists():
        return
    account = Account.unscoped.create(workspace=workspace, name="Bench", kind="sandbox")
    broadcast = Broadcast.unscoped.create(workspace=workspace, name="Bench", text="x", account_ids=[account.pk])
    endpoint = Endpoint.unscoped.create(workspace=workspace, url="https://example.com/", events=[], secret=b"")
    sequence = Sequence.unscoped.create(workspace=workspace, name="Bench", version=1)
    version = SequenceVersion.unscoped.create(workspace=workspace, sequence=sequence, number=1)
    rows = {"account": account, "broadcast": broadcast, "endpoint": endpoint, "sequence": sequence, "version": version}
    values = {name: row.pk for name, row in {**rows, "workspace": workspace}.items()}
    with timed("fill what is known of them"), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for first in range(1, number + 1, CHUNK):
            for statement in FILL:
                cursor.execute(statement, {**values, "first": first, "last": min(first + CHUNK - 1, number)})
    with timed("analyze"), connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
        cursor.execute("RESET statement_timeout")


def erase(client: Client, token: str, contact_id: str) -> tuple[float, list[tuple[float, str, Any]]]:
    """The seconds of the request, and its statements with the seconds of each."""
    statements: list[tuple[float, str, Any]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        result = execute(sql, params, many, context)
        statements.append((time.perf_counter() - started, sql, params))
        return result

    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_id("req")}
    started = time.perf_counter()
    with connection.execute_wrapper(record):
        response = client.delete(f"/v1/contacts/{contact_id}", headers=headers)
    seconds = time.perf_counter() - started
    assert response.status_code == 204, response.content
    return seconds, statements


def explain(statements: list[tuple[float, str, Any]], number: int = 3) -> None:
    """Print the slowest statements with the plans that they have now."""
    for seconds, sql, params in sorted(statements, key=lambda each: each[0], reverse=True)[:number]:
        print(f"  {seconds * 1000:,.1f} ms: {sql[:150]}")
        if sql.lstrip().split(" ")[0] in ("SELECT", "UPDATE", "DELETE"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                print("\n".join(f"      {line}"[:160] for (line,) in cursor.fetchall()[:6]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--erased", type=int, default=50)
    parser.add_argument("--messages", type=int, default=10_000)
    options = parser.parse_args()
    workspace = prepare(options.contacts)
    call_command("migrate", verbosity=0)
    fill(workspace, options.contacts)
    key = create_key(Actor.command(workspace, "bench"), name="bench", scopes=ALL_SCOPES)
    client = Client(raise_request_exception=False)
    ids = list(Contact.objects.for_workspace(workspace).order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(7).sample(ids, options.erased + 2)
    erase(client, key.token, chosen.pop())  # the first request of a process imports and connects
    results = [erase(client, key.token, contact_id) for contact_id in chosen[1:]]
    times = sorted(seconds for seconds, _ in results)
    print(f"{len(ids):,} contacts; {len(times)} erased, {len(results[0][1])} statements each:")
    print(f"  p50 {statistics.median(times) * 1000:,.0f} ms, longest {times[-1] * 1000:,.0f} ms")
    explain(max(results, key=lambda each: each[0])[1])
    with connection.cursor() as cursor:
        for statement in MANY:
            cursor.execute(statement, {"messages": options.messages, "number": int(chosen[0].removeprefix("con_"))})
    seconds, statements = erase(client, key.token, chosen[0])
    print(f"one with {options.messages:,} messages and events: {seconds * 1000:,.0f} ms, {len(statements)} statements")
    explain(statements, 5)
    print(f"{'ok' if times[-1] < GOAL_SECONDS else 'FAIL'}: the longest of the {len(times)} took {times[-1]:.2f} s")


if __name__ == "__main__":
    main()
