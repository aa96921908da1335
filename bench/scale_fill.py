"""The database of ``bench.scale``: what the product writes over a year, by ``INSERT … SELECT`` in batches.

Ids are real ULIDs of the time of their row, except those of contacts, which ``bench.contacts`` fills. A thread's
messages are spread over the year, so each is on another page of its table: the worst case for a conversation.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, connections

from bench import contacts
from bench.contacts import timed
from contacts.custom_fields import create_custom_field
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.services import create_workspace
from messaging.models import Account
from webhooks.models import Endpoint
from webhooks.services import create_endpoint

SLUG = "scale"
CHUNK = 100_000
PEOPLE_TABLES = ("contacts_contact", "contacts_contacttag", "contacts_stagechange", "messaging_peerhash")
MESSAGE_TABLES = (
    *("messaging_thread", "messaging_message", "messaging_messageattempt", "messaging_recipient"),
    *("sequences_enrollment", "sequences_steprun"),
)
EVENT_TABLES = ("events_event", "webhooks_delivery", "webhooks_attempt")
OTHER_TABLES = ("apikeys_idempotencyrecord", "apikeys_keyuse", "workspaces_auditentry", "workspaces_job")
TABLES = (*PEOPLE_TABLES, *MESSAGE_TABLES, *EVENT_TABLES, *OTHER_TABLES)
STEPS = 4
EVENT_TYPES = (
    *("message.sent", "message.received", "message.sent", "message.received", "contact.created"),
    *("contact.tagged", "lead.scored", "message.failed", "sequence.started", "sequence.completed"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows of each kind; a size of 1 is a large installation."""

    factor: float

    def rows(self, number: int) -> int:
        return round(number * self.factor)

    @property
    def contacts(self) -> int:
        return self.rows(1_000_000)

    @property
    def threads(self) -> int:
        return self.rows(250_000)

    @property
    def messages(self) -> int:
        return self.threads * 20

    @property
    def deliveries(self) -> int:
        return self.rows(10_000_000)

    @property
    def enrollments(self) -> int:
        return self.rows(100_000)


_DIGITS = " || ".join(f"substr(digits, 1 + (ms >> {shift} & 31)::int, 1)" for shift in range(45, -1, -5))
ULID = f"""
CREATE OR REPLACE FUNCTION pg_temp.ulid(at timestamptz, n bigint) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
  ms bigint := floor(extract(epoch FROM at) * 1000);
  digits text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
BEGIN
  RETURN {_DIGITS} || lpad(upper(to_hex(n)), 16, '0');
END $$
"""
# The ids of the contact and the thread of a message, and when it was written. ``j`` is a thread's place in the year.
MESSAGES = (
    "(SELECT n, n / %(threads)s AS k, n / %(threads)s %% 5 AS kind, at,"
    " n %% %(threads)s * 7919 %% %(threads)s + 1 AS t,"
    " 'msg_' || pg_temp.ulid(at, n) AS id"
    " FROM (SELECT n, pg_temp.at(n, %(messages)s, '365 days', %(end)s) AS at"
    " FROM generate_series(%(first)s::bigint, %(last)s) AS n OFFSET 0) AS numbers OFFSET 0) AS m"
)
AT = """
CREATE OR REPLACE FUNCTION pg_temp.at(n bigint, total bigint, span interval, ends timestamptz) RETURNS timestamptz
IMMUTABLE LANGUAGE sql AS $$ SELECT ends - (total - n) * (span / total) $$
"""
MESSAGE_ID = """
CREATE OR REPLACE FUNCTION pg_temp.message_id(n bigint, total bigint, ends timestamptz) RETURNS text
IMMUTABLE LANGUAGE sql AS $$ SELECT 'msg_' || pg_temp.ulid(pg_temp.at(n, total, '365 days', ends), n) $$
"""
PEOPLE_FILL = (
    """
INSERT INTO contacts_stagechange (workspace_id, contact_id, from_stage, stage, is_first, entered_at, at, cause)
SELECT %(workspace)s, 'con_' || lpad(n::text, 26, '0'), before, stage, true, %(end)s - n * interval '10 seconds',
  %(end)s - n * interval '10 seconds' + n %% 977 * step * interval '1 hour', 'rest'
FROM generate_series(%(first)s::bigint, %(last)s) AS n CROSS JOIN (VALUES ('', 'new', 1, 0), ('new', 'contacted', 4, 1),
  ('contacted', 'replied', 8, 2), ('replied', 'qualified', 24, 3), ('qualified', 'won', 96, 4))
  AS s(before, stage, one_in, step)
WHERE n %% one_in = 0
""",
)
THREAD_FILL = (
    """
INSERT INTO messaging_thread (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at,
  assignee_id, closed_at, waiting_since, failed_at, snoozed_until)
SELECT 'thr_' || lpad(t::text, 26, '0'), %(workspace)s, %(first_account)s + t %% 20, 'con_' || lpad(t::text, 26, '0'),
  CASE WHEN t %% 100 = 0 THEN 2 ELSE 0 END, at, at - interval '300 days', CASE WHEN t %% 5 = 0 THEN %(user)s END,
  CASE WHEN t %% 10 < 6 AND t %% 50 > 0 THEN at END, CASE WHEN t %% 50 = 0 THEN at END,
  CASE WHEN t %% 200 = 7 THEN at END, CASE WHEN t %% 400 = 9 THEN %(end)s + interval '2 days' END
FROM (SELECT n %% %(threads)s * 7919 %% %(threads)s + 1 AS t, pg_temp.at(n, %(messages)s, '365 days', %(end)s) AS at
  FROM generate_series(%(messages)s - %(threads)s + %(first)s::bigint - 1, %(messages)s - %(threads)s + %(last)s - 1)
  AS n) AS m
""",
    """
INSERT INTO messaging_peerhash (workspace_id, account_id, peer_id, access_hash, username)
SELECT %(workspace)s, %(first_account)s + t %% 20, t, 5, 'User_' || t
FROM generate_series(%(first)s::bigint, %(last)s) AS t
""",
)
# Of five messages of a thread three are sent: a step of a sequence, a direct one and a broadcast. Two are replies.
MESSAGE_FILL = (
    f"""
INSERT INTO messaging_message (id, workspace_id, account_id, thread_id, contact_id, direction, kind, status, text,
  rendered, request_id, recipient, source, random_id, telegram_message_id, eta, slot_at, lease, attempts, error,
  error_detail, created_at, sent_at, in_reply_to_id, auto_reply, text_digest)
SELECT m.id, %(workspace)s, %(first_account)s + t %% 20, 'thr_' || lpad(t::text, 26, '0'),
  'con_' || lpad(t::text, 26, '0'), CASE WHEN kind IN (1, 4) THEN 'in' ELSE 'out' END, 'text', status,
  'Hello Sarah, here is what we talked about last week: the price of ' || n || ' seats.', true, '',
  CASE WHEN kind IN (1, 4) THEN '' ELSE '@user_' || t END,
  CASE WHEN kind = 0 THEN 'sequence' WHEN kind = 3 THEN 'broadcast' ELSE 'direct' END, n,
  CASE WHEN status IN ('sent', 'received') THEN n END,
  CASE WHEN kind IN (0, 2, 3) THEN CASE WHEN status = 'queued' THEN at + interval '1 day' ELSE at END END,
  CASE WHEN kind IN (0, 2, 3) AND status <> 'canceled' THEN at END, '',
  CASE WHEN status = 'failed' THEN 3 WHEN status = 'sent' THEN 1 ELSE 0 END,
  CASE WHEN status = 'failed' THEN 'recipient_not_found' ELSE '' END, '', at,
  CASE WHEN status IN ('sent', 'received') THEN at END,
  CASE WHEN kind IN (1, 4) THEN pg_temp.message_id(n - %(threads)s, %(messages)s, %(end)s) END, kind = 1 AND t %% 9 = 0,
  CASE WHEN kind IN (1, 4) THEN n * 7919 %% 1000003 END
FROM (SELECT *, CASE WHEN kind IN (1, 4) THEN 'received' WHEN n > %(messages)s * 0.996 THEN 'queued'
  WHEN n %% 401 = 0 THEN 'canceled' WHEN n %% 41 = 0 THEN 'failed' ELSE 'sent' END AS status FROM {MESSAGES}) AS m
""",
    f"""
INSERT INTO messaging_messageattempt (workspace_id, message_id, number, at, outcome, error, duration_ms)
SELECT %(workspace)s, m.id, number, m.at, CASE WHEN n %% 41 = 0 THEN 'failed' ELSE 'sent' END,
  CASE WHEN n %% 41 = 0 THEN 'recipient_not_found' ELSE '' END, 85
FROM {MESSAGES} CROSS JOIN generate_series(1, 3) AS number
WHERE kind IN (0, 2, 3) AND n <= %(messages)s * 0.996 AND n %% 401 <> 0 AND (number = 1 OR n %% 41 = 0)
""",
    f"""
INSERT INTO messaging_recipient (workspace_id, broadcast_id, contact_id, account_id, message_id, status, reason,
  settled_at, replied_at)
SELECT %(workspace)s, 'brd_' || lpad(k::text, 26, '0'), 'con_' || lpad(t::text, 26, '0'), %(first_account)s + t %% 20,
  m.id, CASE WHEN n %% 41 = 0 THEN 'failed' ELSE 'sent' END, '', at,
  CASE WHEN t %% 9 = 0 THEN at + interval '6 hours' END
FROM {MESSAGES} WHERE kind = 3
""",
)
SEQUENCE_FILL = (
    """
INSERT INTO sequences_enrollment (id, workspace_id, sequence_id, version_id, contact_id, account_id, status, reason,
  step_key, anchor_at, next_run_at, ended_at, request_id, created_at)
SELECT 'enr_' || pg_temp.ulid(at, j), %(workspace)s, 'seq_' || lpad((j %% 10)::text, 26, '0'), 1 + j %% 10,
  'con_' || lpad((j * 7919 %% %(threads)s + 1)::text, 26, '0'), %(first_account)s + (j * 7919 + 1) %% 20, status,
  CASE WHEN status = 'stopped' THEN 'reply' ELSE '' END, CASE WHEN status = 'active' THEN 'step-5' ELSE '' END, at,
  CASE WHEN status = 'active' THEN %(end)s + interval '3 days' END, CASE WHEN status <> 'active' THEN at END, '', at
FROM (SELECT j, pg_temp.at(j, %(enrollments)s, '90 days', %(end)s) AS at,
  (ARRAY['active', 'completed', 'completed', 'stopped', 'failed'])[1 + j %% 5] AS status
  FROM generate_series(%(first)s::bigint, %(last)s) AS j) AS e
""",
    """
INSERT INTO sequences_steprun (workspace_id, enrollment_id, version_id, step_key, message_id, outcome, error, handled,
  created_at, settled_at, replied_at)
SELECT %(workspace)s, 'enr_' || pg_temp.ulid(pg_temp.at(j, %(enrollments)s, '90 days', %(end)s), j), 1 + j %% 10,
  'step-' || 1 + k, pg_temp.message_id(k * 5 * %(threads)s + j, %(messages)s, %(end)s),
  CASE WHEN j %% 41 = 0 THEN 'failed' ELSE 'sent' END, '', true, at, at, CASE WHEN k = 1 AND j %% 7 = 0 THEN at END
FROM (SELECT j, k, pg_temp.at(k * 5 * %(threads)s + j, %(messages)s, '365 days', %(end)s) AS at
  FROM generate_series(%(first)s::bigint, %(last)s) AS j CROSS JOIN generate_series(0, %(steps)s - 1) AS k) AS e
""",
)
# Each event has one delivery. The last of an endpoint wait, one in 100 is exhausted. ``n`` has the order of the time:
# a tenth of them are older than 30 days, after which they are deleted.
# Without the OFFSET the ULID would be made once more for each use of it.
EVENTS = (
    "(SELECT n, at, pg_temp.ulid(at, %(offset)s + n) AS u, CASE"
    " WHEN n > %(deliveries)s * 0.98 AND n %% 10 = 3 THEN CASE WHEN n %% 20 = 3 THEN 'failed' ELSE 'pending' END"
    " WHEN n %% 100 = 7 THEN 'exhausted' WHEN n %% 5000 = 1 THEN 'canceled' ELSE 'succeeded' END AS status"
    " FROM (SELECT n, pg_temp.at(n, %(deliveries)s, '800 hours', %(end)s) AS at"
    " FROM generate_series(%(first)s::bigint, %(last)s) AS n OFFSET 0) AS numbers OFFSET 0) AS e"
)
EVENT_FILL = (
    f"""
INSERT INTO events_event (id, workspace_id, type, body, contact_id, request_id, created_at, position)
SELECT 'evt_' || u, %(workspace)s, (%(types)s::text[])[1 + n %% 10],
  convert_to('{{"event": "' || (%(types)s::text[])[1 + n %% 10] || '", "id": "evt_' || u || '", "created_at": "' ||
    at || '", "data": {{"text": "' || repeat('abcdefghij', 40) || '"}}}}', 'UTF8'),
  'con_' || lpad((%(first_contact)s + n * 7919 %% %(contacts)s)::text, 26, '0'), 'req_' || n, at, %(offset)s + n
FROM {EVENTS}
""",
    f"""
INSERT INTO webhooks_delivery (id, workspace_id, event_id, endpoint_id, event_type, status, reason, attempts, failures,
  lease, next_attempt_at, created_at)
SELECT 'dlv_' || u, %(workspace)s, 'evt_' || u,
  (%(endpoints)s::text[])[1 + n %% 10], (%(types)s::text[])[1 + n %% 10], status,
  CASE WHEN status = 'canceled' THEN 'endpoint_disabled' ELSE '' END,
  CASE status WHEN 'succeeded' THEN 1 WHEN 'exhausted' THEN 10 WHEN 'failed' THEN 2 ELSE 0 END,
  CASE status WHEN 'exhausted' THEN 10 WHEN 'failed' THEN 2 ELSE 0 END, '',
  CASE WHEN status IN ('failed', 'pending') THEN %(end)s + interval '2 hours' END, at
FROM {EVENTS}
""",
    f"""
INSERT INTO webhooks_attempt (workspace_id, delivery_id, number, at, url, request_headers, signed_with, status, error,
  duration_ms, answer_headers, answer_body, answer_truncated)
SELECT %(workspace)s, 'dlv_' || u, number, e.at + number * interval '1 minute',
  'https://example.com/hooks/crmsolid', jsonb_build_object('Content-Type', 'application/json', 'User-Agent',
  'CRMSolid/1',
  'webhook-id', 'evt_' || n, 'webhook-timestamp', '1790000000', 'webhook-signature', 'v1,' || md5(n::text)), 'current',
  CASE WHEN e.status = 'succeeded' THEN 200 ELSE 503 END, '', 35,
  '{{"Server": "nginx", "Content-Type": "application/json", "Content-Length": "15"}}', '{{"received": 1}}', false
FROM {EVENTS} CROSS JOIN generate_series(1, 10) AS number
WHERE number <= CASE e.status WHEN 'succeeded' THEN 1 WHEN 'exhausted' THEN 10 WHEN 'failed' THEN 2 ELSE 0 END
""",
)
# A tenth of each is past its retention: 24 hours, 48 hours, 100 days (CRMSOLID_AUDIT_DAYS=100), 90 days.
OTHER_FILL = (
    """
INSERT INTO apikeys_idempotencyrecord (workspace_id, key, fingerprint, status, headers, body, sealed, contact_id,
  created_at)
SELECT %(workspace)s, n::text, decode(md5(n::text), 'hex'), 201, '{"Content-Type": "application/json"}',
  convert_to('{"text": "' || repeat('abcdefghij', 50) || '"}', 'UTF8'), false,
  'con_' || lpad((1 + n * 7919 %% %(contacts)s)::text, 26, '0'),
  pg_temp.at(n, %(contacts)s, '1600 minutes', %(end)s) FROM generate_series(%(first)s::bigint, %(last)s) AS n
""",
    """
INSERT INTO workspaces_auditentry (workspace_id, at, action, subject_kind, subject_id, subject_label, surface, target,
  data) SELECT %(workspace)s, pg_temp.at(n, %(contacts)s, '111 days', %(end)s), 'contact.updated', 'user', '1',
  'owner@example.com', 'panel', 'con_' || lpad(n::text, 26, '0'), '{"field": "stage"}'
FROM generate_series(%(first)s::bigint, %(last)s) AS n
""",
    """
INSERT INTO workspaces_job (id, workspace_id, kind, scope, state, done, total, errors, params, created_at, finished_at,
  object_id) SELECT 'job_' || pg_temp.ulid(at, n), %(workspace)s, 'import', 'write:contacts', 'done', 9, 9, '[]', '{}',
  at, at, 'imp_' || pg_temp.ulid(at, n)
FROM (SELECT n, pg_temp.at(n, %(contacts)s, '100 days', %(end)s) AS at
  FROM generate_series(%(first)s::bigint, %(last)s) AS n WHERE n %% 10 = 0) AS j
""",
)
CONFIGURATION = (
    """
INSERT INTO sequences_sequence (id, workspace_id, name, status, version, created_at, updated_at)
SELECT 'seq_' || lpad(n::text, 26, '0'), %(workspace)s, 'Sequence ' || n, 'active', 1, now(), now()
FROM generate_series(0, 9) AS n
""",
    """
INSERT INTO sequences_sequenceversion (id, workspace_id, sequence_id, number, account_ids, time_zone, jitter, stop_on,
  ignore_auto_replies, pass_on, created_at)
SELECT 1 + n, %(workspace)s, 'seq_' || lpad(n::text, 26, '0'), 1, '[]', 'UTC', '0', '[]', false, false, now()
FROM generate_series(0, 9) AS n
""",
    """
INSERT INTO sequences_step (workspace_id, version_id, position, key, delay, text, if_not)
SELECT %(workspace)s, 1 + n, k, 'step-' || 1 + k, '3 days', 'Hello', 'skip'
FROM generate_series(0, 9) AS n CROSS JOIN generate_series(0, %(steps)s) AS k
""",
    """
INSERT INTO messaging_broadcast (id, workspace_id, name, text, status, reason, account_ids, audience, audience_hash,
  job_id, waiting_for, starts_at, created_at)
SELECT 'brd_' || lpad(n::text, 26, '0'), %(workspace)s, 'News ' || n, 'News', 'done', '', '[]', '{}', '', '', '', now(),
  now() FROM generate_series(3, 18, 5) AS n
""",
)
# What the foreign keys would have checked: (table, column, table it refers to).
REFERENCES = (
    *(("messaging_thread", "contact_id", "contacts_contact"), ("messaging_message", "thread_id", "messaging_thread")),
    *(
        ("messaging_message", "in_reply_to_id", "messaging_message"),
        ("messaging_messageattempt", "message_id", "messaging_message"),
    ),
    *(
        ("messaging_recipient", "message_id", "messaging_message"),
        ("messaging_recipient", "broadcast_id", "messaging_broadcast"),
    ),
    *(
        ("sequences_enrollment", "contact_id", "contacts_contact"),
        ("sequences_steprun", "enrollment_id", "sequences_enrollment"),
    ),
    *(
        ("sequences_steprun", "message_id", "messaging_message"),
        ("contacts_contacttag", "contact_id", "contacts_contact"),
    ),
    *(("webhooks_delivery", "event_id", "events_event"), ("webhooks_attempt", "delivery_id", "webhooks_delivery")),
)


def prepare(size: Size) -> Workspace:
    """The workspace with that many rows. An installation that was filled by an earlier run is used again."""
    call_command("migrate", verbosity=0)
    workspace = Workspace.objects.filter(slug=SLUG).first()
    if workspace is not None:
        return workspace
    owner = User.objects.create_user("scale@example.com", None)
    workspace = create_workspace(slug=SLUG, name="Scale", owner=owner, plan="business")
    actor = Actor.command(workspace, "bench")
    for key, kind in (("company", "text"), ("seats", "number")):
        create_custom_field(actor, key=key, label=key, type=kind)
    create_custom_field(actor, key="plan", label="plan", type="choice", choices=["free", "pro"])
    accounts = [Account.unscoped.create(workspace=workspace, name=f"Account {n}", kind="sandbox") for n in range(20)]
    endpoints = [
        create_endpoint(actor, url=f"https://example.com/{n}", events=[EVENT_TYPES[n]]).endpoint.pk for n in range(10)
    ]
    values = {
        **{"workspace": workspace.pk, "user": owner.pk, "first_account": accounts[0].pk, "endpoints": endpoints},
        **{"types": list(EVENT_TYPES), "first_contact": 1, "offset": 0, "steps": STEPS},
        **{"contacts": size.contacts, "threads": size.threads, "messages": size.messages},
        **{"deliveries": size.deliveries, "enrollments": size.enrollments},
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        [values["end"]] = cursor.fetchone()
    with without_indexes(TABLES), ThreadPoolExecutor(3) as pool:
        half = size.deliveries // 2
        work = [pool.submit(_fill_people, workspace, size, values)]
        work += [pool.submit(_fill_events, first, half, values) for first in (1, half + 1)]
        for future in work:
            future.result()
    for number in range(1, 4):
        _fill_small(number, size, values)
    with timed("analyze"), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("UPDATE events_feed SET last_position = %s", [2 * size.deliveries])
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    _check_references()
    return workspace


@contextmanager
def without_indexes(tables: tuple[str, ...]) -> Iterator[None]:
    """Drop the indexes that belong to no constraint, and build them when the tables are full."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index AS i"
            " JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = i.indrelid"
            " WHERE t.relname = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) ORDER BY 1",
            [list(tables)],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with timed(f"build {len(indexes)} indexes"), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
        for _, definition in indexes:
            cursor.execute(definition)


def _fill(name: str, rows: int, statements: tuple[str, ...], values: dict[str, Any], *, first: int = 1) -> None:
    """Run the statements for each chunk of numbers, in the thread's own connection, which then has no triggers."""
    with timed(f"fill {rows:,} {name}"), connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0; SET session_replication_role = replica; SET synchronous_commit = off"
        )
        for function in (ULID, AT, MESSAGE_ID):
            cursor.execute(function)
        for start in range(first, first + rows, CHUNK):
            chunk = {**values, "first": start, "last": min(start + CHUNK, first + rows) - 1}
            for statement in statements:
                cursor.execute(statement, chunk)


def _fill_people(workspace: Workspace, size: Size, values: dict[str, Any]) -> None:
    try:
        _fill("rows of configuration", 1, CONFIGURATION, values)
        with timed(f"fill {size.contacts:,} contacts"), connection.cursor() as cursor:
            contacts.fill(cursor, workspace, first=1, last=size.contacts)
        _fill("contacts' stages", size.contacts, PEOPLE_FILL, values)
        _fill("threads", size.threads, THREAD_FILL, values)
        _fill("messages", size.messages, MESSAGE_FILL, values, first=0)
        _fill("enrollments", size.enrollments, SEQUENCE_FILL, values, first=0)
        _fill("records of the API", size.contacts, OTHER_FILL, values)
    finally:
        connections.close_all()


def _fill_events(first: int, rows: int, values: dict[str, Any]) -> None:
    try:
        _fill("events with deliveries", rows, EVENT_FILL, values, first=first)
    finally:
        connections.close_all()


def _fill_small(number: int, size: Size, values: dict[str, Any]) -> None:
    """A small workspace beside the large one: a thousand contacts and events with their deliveries."""
    owner = User.objects.create_user(f"small{number}@example.com", None)
    workspace = create_workspace(slug=f"small-{number}", name=f"Small {number}", owner=owner, plan="business")
    endpoint = Endpoint.unscoped.create(workspace=workspace, url="https://example.com/", events=[], secret=b"").pk
    first = size.contacts + number * 1000
    with connection.cursor() as cursor:
        contacts.fill(cursor, workspace, first=first, last=first + 999)
    own = {
        **{"workspace": workspace.pk, "endpoints": [endpoint] * 10, "deliveries": 1000, "contacts": 1000},
        **{"first_contact": first, "offset": size.deliveries + number * 1000},
    }
    _fill("events of a small workspace", 1000, EVENT_FILL, {**values, **own})


def _check_references() -> None:
    with timed("check the references"), connection.cursor() as cursor:
        for table, column, other in REFERENCES:
            cursor.execute(
                f"SELECT count(*) FROM {table} AS t LEFT JOIN {other} AS o"
                f" ON o.id = t.{column} AND o.workspace_id = t.workspace_id"
                f" WHERE t.{column} IS NOT NULL AND o.id IS NULL"
            )
            [missing] = cursor.fetchone()
            assert not missing, f"{missing} rows of {table} have no {column}"
