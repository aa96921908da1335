"""The part *rows* of :mod:`bench.growth`: single requests and claims, while the tables become ten times as large."""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from bench.sending import query

ACCOUNTS, ENDPOINTS = 20, 10
TIMES = 100
CLAIMS = 20
CLAIMED = 200  # messages of 20 accounts, or deliveries of 10 endpoints, in one claim
QUEUED = CLAIMS * CLAIMED
FILL_AT_ONCE = 50_000

CASES = (
    "GET /v1/contacts, 50 rows",
    "the same, search for a username",
    "POST /v1/contacts, new",
    "POST /v1/contacts, known",
    "POST /v1/messages/send",
    f"claim of {CLAIMED} messages",
    f"claim of {CLAIMED} deliveries",
)

# For each contact of ``bench.contacts`` a conversation, a message that was sent, its event, delivery and attempt.
FILL = (
    """
INSERT INTO messaging_thread (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at)
SELECT 'thr_' || lpad(n::text, 26, '0'), %(workspace)s, %(account)s + n %% 20, 'con_' || lpad(n::text, 26, '0'), 0, at,
  at
FROM generate_series(%(first)s, %(last)s) AS n, LATERAL (SELECT now() - interval '2 days' - n * interval '10 s' AS at) t
""",
    """
INSERT INTO messaging_message (id, workspace_id, account_id, thread_id, contact_id, direction, kind, status, text,
  rendered, request_id, recipient, source, random_id, eta, slot_at, lease, attempts, error, error_detail, created_at,
  sent_at)
SELECT 'msg_' || lpad(n::text, 26, '0'), %(workspace)s, %(account)s + n %% 20, 'thr_' || lpad(n::text, 26, '0'),
  'con_' || lpad(n::text, 26, '0'), 'out', 'text', 'sent', 'Hello there', true, '', '@user_' || n, 'direct', n, at, at,
  '', 1, '', '', at, at
FROM generate_series(%(first)s, %(last)s) AS n, LATERAL (SELECT now() - interval '2 days' - n * interval '10 s' AS at) t
""",
    """
INSERT INTO events_event (id, workspace_id, type, body, contact_id, request_id, created_at, position)
SELECT 'evt_' || lpad(n::text, 26, '0'), %(workspace)s, 'message.sent', convert_to(repeat('{"id": "msg"}', 40), 'UTF8'),
  'con_' || lpad(n::text, 26, '0'), '', now() - interval '2 days' - n * interval '10 s', -n
FROM generate_series(%(first)s, %(last)s) AS n
""",
    """
INSERT INTO webhooks_delivery (id, workspace_id, event_id, endpoint_id, event_type, status, reason, attempts, failures,
  lease, created_at)
SELECT 'dlv_' || lpad(n::text, 26, '0'), %(workspace)s, 'evt_' || lpad(n::text, 26, '0'),
  (%(endpoints)s::text[])[1 + n %% 10], 'message.sent', 'succeeded', '', 1, 0, '',
  now() - interval '2 days' - n * interval '10 s'
FROM generate_series(%(first)s, %(last)s) AS n
""",
    """
INSERT INTO webhooks_attempt (workspace_id, delivery_id, number, at, url, request_headers, signed_with, status, error,
  duration_ms, answer_headers, answer_body, answer_truncated)
SELECT %(workspace)s, 'dlv_' || lpad(n::text, 26, '0'), 1, now() - interval '2 days' - n * interval '10 s',
  'https://example.com/hook', '{}', 'current', 200, '', 5, '{}', 'ok', false
FROM generate_series(%(first)s, %(last)s) AS n
""",
)


def measure(seeded: dict[str, Any], sizes: Sequence[int]) -> Iterator[Sequence[str]]:
    """For each size, from small to large, the row of the table."""
    from bench.sequences import silence_doorbell

    silence_doorbell()
    endpoints, filled = make_endpoints(), 0
    for size in sizes:
        fill(seeded, endpoints, filled + 1, size)
        filled = size
        query("VACUUM ANALYZE")
        yield f"{size:,}", *(figure(times) for times in measure_cases(seeded, endpoints, size))


def figure(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):.1f}, {ordered[int(len(ordered) * 0.99)]:.1f}"


def actor() -> Any:
    from bench.sequences import actor

    return actor()


def make_endpoints() -> list[str]:
    from contacts.custom_fields import create_custom_field
    from webhooks.services import create_endpoint

    for key in ("company", "plan"):
        create_custom_field(actor(), key=key, label=key, type="text")
    create_custom_field(actor(), key="seats", label="seats", type="number")
    return [
        create_endpoint(actor(), url=f"http://127.0.0.1:9/{n}", events=["message.failed"]).endpoint.pk
        for n in range(ENDPOINTS)
    ]


def fill(seeded: dict[str, Any], endpoints: list[str], first: int, last: int) -> None:
    """Add the rows with these numbers to each table, without the triggers of foreign keys."""
    from django.db import connection

    from bench import contacts

    workspace = actor().workspace
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
        for start in range(first, last + 1, FILL_AT_ONCE):
            until = min(start + FILL_AT_ONCE - 1, last)
            contacts.fill(cursor, workspace, first=start, last=until)
            values = {"workspace": workspace.pk, "account": seeded["first_account"], "endpoints": endpoints}
            for statement in FILL:
                cursor.execute(statement, {**values, "first": start, "last": until})
        cursor.execute("RESET statement_timeout; RESET session_replication_role")
        # The messages that are claimed are to these.
        cursor.execute("UPDATE contacts_contact SET opted_out = false WHERE id <= %s", [f"con_{QUEUED:026d}"])


# --- The cases --------------------------------------------------------------------------------------------------------
def measure_cases(seeded: dict[str, Any], endpoints: list[str], size: int) -> Iterator[list[float]]:
    """Milliseconds of each call, in the order of CASES."""
    from django.test import Client

    client = Client(headers={"Authorization": f"Bearer {seeded['token']}"})
    # Spread over all rows, so that not always the same pages are read. Every fiftieth contact has opted out.
    known = iter(f"user_{1 + number * 7919 % size // 50 * 50}" for number in range(10**9))
    new = iter(f"new_{size}_{number}" for number in range(10**9))

    def get(**params: Any) -> None:
        check(client.get("/v1/contacts", {"limit": 50, **params}, secure=True))

    def post(path: str, body: dict[str, Any]) -> None:
        key = next(new)
        answer = client.post(path, json.dumps(body), "application/json", secure=True, headers={"Idempotency-Key": key})
        check(answer)

    def send(number: int) -> None:
        body = {"account_id": seeded["first_account"] + number % ACCOUNTS, "to": f"@{next(known)}", "text": "Hello"}
        post("/v1/messages/send", body)

    yield milliseconds(lambda number: get())
    yield milliseconds(lambda number: get(search=next(known)))
    yield milliseconds(lambda number: post("/v1/contacts", {"username": f"@{next(new)}", "name": "New", "tags": ["a"]}))
    yield milliseconds(lambda number: post("/v1/contacts", {"username": f"@{next(known)}", "name": f"Known {number}"}))
    yield milliseconds(send)
    yield claim_messages(seeded["first_account"])
    yield claim_deliveries(endpoints)


def check(answer: Any) -> None:
    assert answer.status_code in (200, 201), answer.content


def milliseconds(call: Callable[[int], object], times: int = TIMES) -> list[float]:
    """The time of each call; ten more come first and do not count."""
    taken = []
    for number in range(times + 10):
        began = time.perf_counter()
        call(number)
        taken.append((time.perf_counter() - began) * 1000)
    return taken[10:]


def claim_messages(first_account: int) -> list[float]:
    """The queue is made of the first messages, and becomes sent again at the end."""
    from messaging.sending import claiming

    accounts = list(range(first_account, first_account + ACCOUNTS))
    query("UPDATE messaging_message SET status = 'sent', sent_at = now() WHERE status <> 'sent'")
    queued = "UPDATE messaging_message SET status = 'queued', sent_at = NULL, slot_at = now(), eta = now()"
    query(f"{queued} WHERE id <= %s", f"msg_{QUEUED:026d}")
    query("ANALYZE messaging_message")
    taken = milliseconds_of_claims(lambda: len(claiming.claim_batch(accounts, CLAIMED).claims))
    query(
        "UPDATE messaging_message SET status = 'sent', sent_at = now(), lease = '', lease_until = NULL,"
        " slot_at = created_at WHERE status <> 'sent'"
    )
    return taken


def claim_deliveries(endpoints: list[str]) -> list[float]:
    from django.db import transaction

    from webhooks.delivery import queue

    query(
        "UPDATE webhooks_delivery SET status = 'pending', next_attempt_at = now() WHERE id <= %s", f"dlv_{QUEUED:026d}"
    )
    query("ANALYZE webhooks_delivery")
    capacity = {endpoint: CLAIMED // ENDPOINTS for endpoint in endpoints}
    taken = milliseconds_of_claims(lambda: len(transaction.atomic(partial(queue.claim, capacity))()))
    query("UPDATE webhooks_delivery SET status = 'succeeded', lease = '', lease_until = NULL WHERE status = 'sending'")
    return taken


def milliseconds_of_claims(claim: Callable[[], int]) -> list[float]:
    taken = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        claimed = claim()
        taken.append((time.perf_counter() - began) * 1000)
        assert claimed == CLAIMED, claimed
    return taken
