"""Workers, web and scheduler are killed while a broadcast is sent, paused and resumed, and while people opt out, are
changed and erased: everybody who should gets the message, once, and the counts are those of the rows.

`make chaos` runs it by hand with 1,000 contacts.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.system import invariants, sequence_invariants
from tests.system.enrollments import until_answered
from tests.system.faults import KILLS, WORKERS, Faults
from tests.system.sequence_invariants import Audit
from tests.system.stack import Stack
from tests.waiting import wait_until

CONTACTS = int(os.environ.get("CHAOS_CONTACTS", "120"))
FAULTS = int(os.environ.get("CHAOS_FAULTS", "3"))
SEED = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(10**6)))
BOUND_SECONDS = 300.0
# Of an account's limit; the broadcast leaves them to direct sends.
RESERVED = 10
ENVIRONMENT = {
    "CRMSOLID_DAILY_LIMIT": str(RESERVED),
    "CRMSOLID_SEND_LEASE_SECONDS": "3",
    "CRMSOLID_TELEGRAM_SEND_SECONDS": "2",
}
# Everybody has the tag. Of each twenty: one cannot be written to, one has opted out, one pauses an account.
ADD_CONTACTS = """
    INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email,
      phone, time_zone, stage, score, opted_out, custom_fields, folded_fields, search, created_at, updated_at)
    SELECT 'con_' || lpad(n::text, 26, '0'), w.id, 'Person ' || n, '', '', kind || n, kind || n, '', '', '', 'new', 0,
      n %% 20 = 3, '{}', '{}', '', now(), now()
    FROM workspaces_workspace w, generate_series(1, %s) AS n, LATERAL (SELECT CASE n %% 20 WHEN 1 THEN 'fail_privacy_'
      WHEN 2 THEN 'flood_wait_1_' ELSE 'person_' END AS kind) AS kinds WHERE w.slug = 'demo' RETURNING id
"""
ADD_TAGS = """
    INSERT INTO contacts_contacttag (workspace_id, contact_id, name, folded, created_at)
    SELECT workspace_id, id, 'vip', 'vip', now() FROM contacts_contact RETURNING id
"""
# More of the broadcast may be sent; its job is to look at once.
RAISE_LIMITS = "UPDATE messaging_account SET daily_limit = %s RETURNING id"
WAKE = "UPDATE workspaces_job SET next_run_at = now() WHERE finished_at IS NULL RETURNING id"
STATUSES = "SELECT status, count(*) FROM messaging_recipient GROUP BY 1"


@pytest.fixture
def stack() -> Iterator[Stack]:
    server = settings.DATABASE_URL.rsplit("/", 1)[0]
    stack = Stack(server, f"crmsolid_system_{os.getpid()}_broadcasts", ENVIRONMENT)
    print(f"\nseed {SEED}, {FAULTS} faults, {CONTACTS} contacts; logs: {stack.folder}", flush=True)
    try:
        stack.start_web()
        for name in WORKERS:
            stack.start_worker(name)
        stack.start_scheduler()
        wait_until(lambda: stack.readiness() == 200, "/readyz is ready", seconds=BOUND_SECONDS)
        yield stack
    finally:
        stack.stop()


def post(stack: Stack, path: str, body: Any, key: str, method: str = "POST") -> Any:
    reply = until_answered(stack, method, path, body, key)
    assert reply.status in (200, 201, 204), reply.body
    return json.loads(reply.body) if reply.body else None


@pytest.mark.long
def test_everybody_gets_the_message_once_whatever_dies(stack: Stack) -> None:
    chance = random.Random(SEED)
    ids = sorted(row[0] for row in stack.query(ADD_CONTACTS, CONTACTS))
    stack.query(ADD_TAGS)
    body = {
        "name": "Chaos",
        "text": "Hello {name}",
        "account_ids": stack.seeded["accounts"],
        "audience": {"tags": ["vip"]},
    }
    preview = post(stack, "/v1/broadcasts", {**body, "preview": True}, "preview")
    assert (preview["total"], preview["excluded"]) == (CONTACTS, {"opted_out": len(ids[2::20])})
    with Audit(stack):
        started = {**body, "audience_hash": preview["audience_hash"]}
        broadcast = post(stack, "/v1/broadcasts", started, "start")["id"]
        faults = Faults(stack, chance, (*KILLS, "kill_worker", "kill_worker"))
        print(f"during the freeze: {faults.inject()}", flush=True)
        frozen = "SELECT frozen_at IS NOT NULL FROM messaging_broadcast"
        wait_until(lambda: stack.query(frozen) == [(True,)], "the audience is frozen", seconds=BOUND_SECONDS)
        erased = [send_a_part(stack, faults, chance, broadcast, number) for number in range(FAULTS)]
        stack.query(RAISE_LIMITS, 1_000_000)
        wait_until(lambda: is_done(stack, broadcast), "the broadcast is done", seconds=BOUND_SECONDS)
    assert_rows_say_what_happened(stack, broadcast, [each for each in erased if each])
    sequence_invariants.assert_nothing_was_claimed_after_a_reply_or_an_opt_out(stack)
    published = f"""SELECT {invariants.MESSAGE_OF_EVENT}, count(*) FROM events_event
        WHERE type IN ('message.sent', 'message.failed') AND length(body) > 0 GROUP BY 1 HAVING count(*) > 1"""
    sequence_invariants.assert_no_rows(stack, published)
    invariants.assert_nothing_is_locked(stack, BOUND_SECONDS)


def send_a_part(stack: Stack, faults: Faults, chance: random.Random, broadcast: str, number: int) -> str:
    """Let a part of the broadcast be sent while something is killed. Meanwhile somebody opts out and somebody is
    changed, and after each other part the broadcast is paused and resumed. Returns the id of who was erased."""
    part = -(-CONTACTS // FAULTS)
    stack.query(RAISE_LIMITS, RESERVED + max(1, part * (number + 1) // len(stack.seeded["accounts"])))
    stack.query(WAKE)
    print(f"part {number}: {faults.inject()}", flush=True)
    optout, changed, erased = (f"con_{chance.randint(1, CONTACTS):026}" for _ in range(3))
    for contact_id, fields in ((optout, {"opted_out": True}), (changed, {"name": f"Changed {number}"})):
        key = f"{'-'.join(fields)}-{number}"  # both may be about one contact
        reply = until_answered(stack, "PATCH", f"/v1/contacts/{contact_id}", fields, key)
        assert reply.status in (200, 404, 410), reply.body
    assert until_answered(stack, "DELETE", f"/v1/contacts/{erased}", None, f"erase-{number}").status in (204, 404)
    if number % 2 == 0:
        post(stack, f"/v1/broadcasts/{broadcast}/pause", {}, f"pause-{number}")
        print(f"part {number}: paused at {dict(stack.query(STATUSES))}", flush=True)
        post(stack, f"/v1/broadcasts/{broadcast}/resume", {}, f"resume-{number}")
    return erased


def is_done(stack: Stack, broadcast: str) -> bool:
    stack.query(WAKE)
    [(status,)] = stack.query("SELECT status FROM messaging_broadcast WHERE id = %s", broadcast)
    return bool(status == "done")


def assert_rows_say_what_happened(stack: Stack, broadcast: str, erased: list[str]) -> None:
    rows = stack.query("""SELECT r.contact_id, r.status, r.reason, c.username, c.opted_out, count(d.id)
        FROM messaging_recipient r LEFT JOIN contacts_contact c ON c.id = r.contact_id
        LEFT JOIN messaging_message m ON m.contact_id = c.id
        LEFT JOIN messaging_sandboxdelivery d ON d.message_id = m.id GROUP BY r.id, c.id""")
    assert len(rows) == CONTACTS
    for contact_id, status, reason, username, opted_out, delivered in rows:
        row = (contact_id, status, reason, username, opted_out, delivered)
        if contact_id is None:
            continue
        if status == "skipped":  # or an attempt that was in progress at the opt-out had arrived
            assert reason == "opted_out" and opted_out and delivered <= 1, row
        elif username.startswith("fail_privacy"):
            assert (status, reason, delivered) == ("failed", "privacy_restricted", 0), row
        else:
            assert (status, reason, delivered) == ("sent", "", 1), row
        if int(contact_id[4:]) % 20 == 3:
            assert (status, delivered) == ("skipped", 0), row
    assert {row[0] for row in rows if row[0]}.isdisjoint(erased)
    counts = Counter(row[1] for row in rows)
    answer = stack.call("GET", f"/v1/broadcasts/{broadcast}", stack.seeded["fast"][0]).json()
    assert {status: number for status, number in answer["counts"].items() if number} == dict(counts)
    print(f"ended with {dict(counts)}", flush=True)
    events = stack.query("SELECT count(*) FROM events_event WHERE type = 'job.completed'")
    assert events == [(1,)]
