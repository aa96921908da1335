"""What must be true once everything that was accepted has been sent and delivered, whatever happened meanwhile."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.system.stack import Stack
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

MESSAGE_OF_EVENT = "convert_from(body, 'UTF8')::jsonb #>> '{data,message,id}'"
# What must be empty in the end. A message that waits for tomorrow because of the daily limit is at rest, and so is a
# delivery that was canceled with its endpoint.
UNFINISHED = {
    "messages": """SELECT id FROM messaging_message WHERE status = 'sending'
        OR status = 'queued' AND NOT (delayed_by = 'daily_limit' AND eta > now() + interval '1 hour')""",
    "answers of the sandbox": """SELECT d.id FROM messaging_sandboxdelivery d
        JOIN messaging_message m ON m.id = d.message_id WHERE d.reply_pending AND m.status = 'sent'""",
    "files to be sent": "SELECT id FROM messaging_telegramupload WHERE state = 'wanted'",
    "files to be fetched": "SELECT id FROM messaging_telegramdownload WHERE wanted_at IS NOT NULL",
    "changes of messages": "SELECT id FROM messaging_messagechange WHERE status = 'queued'",
    "enrollments": "SELECT id FROM sequences_enrollment WHERE ended_at IS NULL",
    "steps": "SELECT id FROM sequences_steprun WHERE NOT handled",
    "broadcasts": "SELECT id FROM messaging_broadcast WHERE status NOT IN ('done', 'canceled', 'draft')",
    "jobs": "SELECT id FROM workspaces_job WHERE state IN ('queued', 'running')",
    "events": "SELECT id FROM events_event WHERE position IS NULL",
    "deliveries": """SELECT d.id FROM webhooks_delivery d JOIN webhooks_endpoint e ON e.id = d.endpoint_id
        WHERE d.status <> 'succeeded' AND NOT (d.status = 'canceled' AND NOT e.enabled)""",
}


def unfinished(stack: Stack) -> dict[str, int]:
    """How many rows of each kind still wait or are in progress; without those of which there are none."""
    counted = ", ".join(f"(SELECT count(*) FROM ({rows}) AS rows)" for rows in UNFINISHED.values())
    [counts] = stack.query(f"SELECT {counted}")
    return {name: count for name, count in zip(UNFINISHED, counts, strict=True) if count}


def wait_until_finished(stack: Stack, seconds: float) -> None:
    """Wait until nothing is queued or in progress. Nobody helps: a post that failed, because the worker was frozen in
    the middle of it, is retried by the retry schedule."""
    deadline = time.monotonic() + seconds
    while left := unfinished(stack):
        assert time.monotonic() < deadline, f"still unfinished after {seconds} s: {left}"
        time.sleep(0.2)


def assert_each_message_is_delivered_once(stack: Stack) -> None:
    """The sandbox delivered each sent message of its accounts once and no other, and the log of attempts agrees."""
    sent = stack.query("""SELECT m.id, m.account_id, m.random_id FROM messaging_message m
        JOIN messaging_account a ON a.id = m.account_id WHERE m.status = 'sent' AND a.kind = 'sandbox'""")
    # An attempt whose end nobody knew may have delivered a message that waits for tomorrow because of the daily limit.
    delivered = stack.query("""SELECT d.message_id, d.account_id, d.random_id FROM messaging_sandboxdelivery d
        JOIN messaging_message m ON m.id = d.message_id WHERE m.status <> 'queued'""")
    assert sorted(delivered) == sorted(sent)
    rows = stack.query("""SELECT m.id, m.status, m.attempts, array_agg(a.number ORDER BY a.number),
        array_agg(a.outcome ORDER BY a.number) FROM messaging_message m
        LEFT JOIN messaging_messageattempt a ON a.message_id = m.id
        WHERE m.direction = 'out' AND m.status <> 'queued' GROUP BY m.id""")
    for message_id, status, attempts, numbers, outcomes in rows:
        assert numbers == list(range(1, attempts + 1)), (message_id, numbers, attempts)
        final = ("failed",) if status == "failed" else ("sent", "duplicate")
        assert outcomes[-1] in final, (message_id, outcomes)
        assert set(outcomes[:-1]) <= {"lost", "retry"}, (message_id, outcomes)


def assert_each_message_has_one_event(stack: Stack) -> None:
    for status in ("sent", "failed", "received"):
        published = f"SELECT {MESSAGE_OF_EVENT} FROM events_event WHERE type = %s"
        events = [row[0] for row in stack.query(published, f"message.{status}")]
        messages = [row[0] for row in stack.query("SELECT id FROM messaging_message WHERE status = %s", status)]
        assert sorted(events) == sorted(messages), status


def assert_each_answer_was_received_once(stack: Stack, more: int = 0) -> None:
    """In the sandbox each message to ``@reply`` and ``@autoreply`` was answered once, and as many ``more``."""
    answered = "SELECT count(*) FROM messaging_message WHERE recipient SIMILAR TO '@(auto)?reply%%' AND status = 'sent'"
    [(expected,)] = stack.query(answered)
    received = """SELECT count(*) FROM messaging_message m JOIN messaging_account a ON a.id = m.account_id
        WHERE m.status = 'received' AND a.kind = 'sandbox'"""
    assert stack.query(received) == [(expected + more,)]


def assert_positions_have_no_gaps(stack: Stack) -> None:
    [(events, positions, first, last)] = stack.query(
        "SELECT count(*), count(DISTINCT position), min(position), max(position) FROM events_event"
    )
    assert (positions, first, last) == (events, 1, events)


def assert_each_event_arrived(stack: Stack, receiver: Receiver, endpoints: Mapping[str, Sequence[str]]) -> None:
    """Every event arrived at each of these endpoints that subscribed to its type, and whatever arrived at any endpoint
    had the bytes of the event's row.

    ``endpoints`` maps the path of each endpoint to its event types.
    """
    bodies = {row[0]: (row[1], bytes(row[2])) for row in stack.query("SELECT id, type, body FROM events_event")}
    arrived: dict[str, set[str]] = defaultdict(set)
    for post in receiver.posts:
        event_id = post.headers["webhook-id"]
        assert bodies[event_id][1] == post.body, (event_id, post.body)
        arrived[post.path].add(event_id)
    for path, types in endpoints.items():
        assert arrived[path] == {event_id for event_id, (event_type, _) in bodies.items() if event_type in types}, path
        delivered = """SELECT count(*) FROM webhooks_delivery d JOIN webhooks_endpoint e ON e.id = d.endpoint_id
            WHERE d.status = 'succeeded' AND e.url = %s"""
        assert stack.query(delivered, receiver.url(path)) == [(len(arrived[path]),)], path
    gaps = """SELECT d.id, d.attempts, array_agg(a.number ORDER BY a.number) FROM webhooks_delivery d
        JOIN webhooks_attempt a ON a.delivery_id = d.id GROUP BY d.id
        HAVING count(*) <> d.attempts OR max(a.number) <> d.attempts"""
    assert stack.query(gaps) == []
    without = """SELECT id FROM webhooks_delivery d WHERE status = 'succeeded'
        AND NOT EXISTS (SELECT 1 FROM webhooks_attempt WHERE delivery_id = d.id)"""
    assert stack.query(without) == []


def assert_nothing_is_locked(stack: Stack, seconds: float) -> None:
    """No session waits in a transaction or for a lock, and none holds an advisory lock."""
    held = """SELECT pid, state, query FROM pg_stat_activity JOIN pg_locks USING (pid)
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND (locktype = 'advisory' OR NOT granted OR state LIKE 'idle in transaction%%')"""
    wait_until(lambda: not stack.query(held), "no lock is left", seconds=seconds)
