"""What must be true once everything that was accepted has been sent and delivered, whatever happened meanwhile."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.system.load import Send
from tests.system.stack import Stack
from tests.waiting import wait_until
from tests.webhooks.receiver import Receiver

MESSAGE_OF_EVENT = "convert_from(body, 'UTF8')::jsonb #>> '{data,message,id}'"
UNFINISHED = """SELECT
    (SELECT count(*) FROM messaging_message WHERE status IN ('queued', 'sending')),
    (SELECT count(*) FROM messaging_sandboxdelivery WHERE reply_pending),
    (SELECT count(*) FROM events_event WHERE position IS NULL),
    (SELECT count(*) FROM webhooks_delivery WHERE status <> 'succeeded')"""


def wait_until_finished(stack: Stack, seconds: float) -> None:
    """Wait until nothing is queued or in progress. A post that failed, because the worker was frozen in the middle of
    it, is retried at once and not by the retry schedule."""

    def finished() -> bool:
        stack.query("UPDATE webhooks_delivery SET next_attempt_at = now() WHERE status = 'failed' RETURNING 1")
        return stack.query(UNFINISHED) == [(0, 0, 0, 0)]

    wait_until(finished, "everything sent and delivered", seconds=seconds)


def assert_each_send_is_one_message(stack: Stack, sends: Sequence[Send]) -> None:
    accepted = [send.message_id for send in sends]
    assert len(set(accepted)) == len(accepted)
    stored = stack.query("SELECT id FROM messaging_message WHERE direction = 'out'")
    assert {row[0] for row in stored} == set(accepted)
    refused = {send.message_id for send in sends if send.body["to"].startswith("@fail_privacy")}
    failed = stack.query("SELECT id FROM messaging_message WHERE status = 'failed' AND error = 'privacy_restricted'")
    assert {row[0] for row in failed} == refused
    sent = stack.query("SELECT id FROM messaging_message WHERE status = 'sent'")
    assert {row[0] for row in sent} == set(accepted) - refused


def assert_each_message_is_delivered_once(stack: Stack) -> None:
    """The sandbox delivered each sent message once and no other, and the log of attempts agrees."""
    sent = stack.query("SELECT id, account_id, random_id FROM messaging_message WHERE status = 'sent'")
    delivered = stack.query("SELECT message_id, account_id, random_id FROM messaging_sandboxdelivery")
    assert sorted(delivered) == sorted(sent)
    rows = stack.query("""SELECT m.id, m.status, m.attempts, array_agg(a.number ORDER BY a.number),
        array_agg(a.outcome ORDER BY a.number) FROM messaging_message m
        LEFT JOIN messaging_messageattempt a ON a.message_id = m.id WHERE m.direction = 'out' GROUP BY m.id""")
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
    """Each message to ``@reply`` and ``@autoreply`` was answered once, and as many ``more``."""
    answered = "SELECT count(*) FROM messaging_message WHERE recipient SIMILAR TO '@(auto)?reply%%' AND status = 'sent'"
    [(expected,)] = stack.query(answered)
    assert stack.query("SELECT count(*) FROM messaging_message WHERE status = 'received'") == [(expected + more,)]


def assert_positions_have_no_gaps(stack: Stack) -> None:
    [(events, positions, first, last)] = stack.query(
        "SELECT count(*), count(DISTINCT position), min(position), max(position) FROM events_event"
    )
    assert (positions, first, last) == (events, 1, events)


def assert_each_event_arrived(stack: Stack, receiver: Receiver, endpoints: Mapping[str, Sequence[str]]) -> None:
    """Every event arrived at each endpoint that subscribed to its type, always with the bytes of its row.

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
    delivered = stack.query("SELECT count(*) FROM webhooks_delivery WHERE status = 'succeeded'")
    assert delivered == [(sum(map(len, arrived.values())),)]
    gaps = """SELECT d.id, d.attempts, array_agg(a.number ORDER BY a.number) FROM webhooks_delivery d
        LEFT JOIN webhooks_attempt a ON a.delivery_id = d.id GROUP BY d.id
        HAVING count(*) <> d.attempts OR max(a.number) <> d.attempts"""
    assert stack.query(gaps) == []


def assert_nothing_is_locked(stack: Stack, seconds: float) -> None:
    """No session waits in a transaction or for a lock, and none holds an advisory lock."""
    held = """SELECT pid, state, query FROM pg_stat_activity JOIN pg_locks USING (pid)
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND (locktype = 'advisory' OR NOT granted OR state LIKE 'idle in transaction%%')"""
    wait_until(lambda: not stack.query(held), "no lock is left", seconds=seconds)
