"""An outage of Redis: requests are answered, and their messages are sent when Redis is back."""

import signal
import time

import pytest

from tests.system.sends import assert_exactly_once, send
from tests.system.stack import Reply, Stack
from tests.waiting import wait_until

# Each is longer than an attempt of a worker to reach Redis, which waits 5 s for an answer, and the up to 6 s after it.
HANGS_SECONDS, GONE_SECONDS = 12.0, 14.0
EVERY_SECONDS = 1.5
SLOWEST_SECONDS = 5.0  # far above the time a request may spend on Redis, and far below its timeouts


@pytest.mark.long
def test_outage_of_redis_loses_no_message_and_answers_every_request(stack: Stack) -> None:
    """First Redis hangs, so that each request waits for its timeout; then it is killed."""
    stack.start_scheduler()
    account = stack.seeded["accounts"][0]
    replies: list[Reply | None] = [send(stack, account, "outage", 0)]
    wait_until(lambda: _sent(stack, account) == 1, "the first one sent")
    stack.signal("redis", signal.SIGSTOP)
    slowest = _send_for(stack, account, replies, HANGS_SECONDS)
    stack.kill("redis")
    slowest = max(slowest, _send_for(stack, account, replies, GONE_SECONDS))
    assert _sent(stack, account) < len(replies)  # there was something to catch up with
    stack.start_redis()
    replies.append(send(stack, account, "outage", len(replies)))
    assert [reply and reply.status for reply in replies] == [200] * len(replies)
    assert all(reply and reply.headers["x-ratelimit-limit"] == "100000" for reply in replies)
    assert slowest < SLOWEST_SECONDS
    assert_exactly_once(stack, account, len(replies))
    wait_until(lambda: stack.call("GET", "/readyz", "").status == 200, "ready again")


def _sent(stack: Stack, account: int) -> int:
    rows = stack.query("SELECT count(*) FROM messaging_message WHERE account_id = %s AND status = 'sent'", account)
    return int(rows[0][0])


def _send_for(stack: Stack, account: int, replies: list[Reply | None], seconds: float) -> float:
    """Send and list messages for ``seconds``. Returns how many seconds the slowest request took."""
    ends, slowest, token = time.monotonic() + seconds, 0.0, stack.seeded["fast"][0]
    while time.monotonic() < ends:
        began = time.monotonic()
        replies.append(send(stack, account, "outage", len(replies)))
        read = time.monotonic()
        assert stack.call("GET", "/v1/messages", token).status == 200
        slowest = max(slowest, read - began, time.monotonic() - read)
        time.sleep(EVERY_SECONDS)
    return slowest
