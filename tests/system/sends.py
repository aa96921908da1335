"""Sends messages while processes are killed, and checks that each was sent once."""

import http.client
from concurrent.futures import ThreadPoolExecutor

from tests.system.stack import Reply, Stack
from tests.waiting import wait_until


def send(stack: Stack, account: int, mark: str, number: int) -> Reply | None:
    """Send one message with its own Idempotency-Key. Returns None if the server died meanwhile."""
    body = {"account_id": account, "to": f"@{mark}_{number}", "text": "hello {first_name|there}"}
    try:
        return stack.call("POST", "/v1/messages/send", stack.seeded["fast"][0], body, f"{mark}-{number}")
    except (OSError, http.client.HTTPException):
        return None


def send_all(stack: Stack, account: int, mark: str, count: int) -> list[Reply | None]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda number: send(stack, account, mark, number), range(count)))


def sent_once(stack: Stack, account: int, count: int) -> bool:
    sent = stack.query("SELECT count(*) FROM messaging_message WHERE account_id = %s AND status = 'sent'", account)
    return sent == [(count,)]


def assert_exactly_once(stack: Stack, account: int, count: int) -> None:
    """Within a minute, ``count`` messages of the account are sent, each delivered once and with one event."""
    wait_until(lambda: sent_once(stack, account, count), "all sent", seconds=60)
    delivered = "SELECT count(*), count(DISTINCT message_id) FROM messaging_sandboxdelivery WHERE account_id = %s"
    assert stack.query(delivered, account) == [(count, count)]
    assert stack.query("SELECT count(*) FROM messaging_message WHERE account_id = %s", account) == [(count,)]
    events = """SELECT count(*), count(DISTINCT m.id) FROM events_event e
        JOIN messaging_message m ON convert_from(e.body, 'UTF8')::jsonb #>> '{data,message,id}' = m.id
        WHERE e.type = 'message.sent' AND m.account_id = %s"""
    assert stack.query(events, account) == [(count, count)]
