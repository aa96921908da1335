"""Processes die without a word, brokers stop: nothing is lost, nothing is doubled."""

import http.client
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.system.stack import Reply, Stack, until


def _send(stack: Stack, account: int, mark: str, number: int) -> Reply | None:
    body = {"account_id": account, "to": f"@{mark}_{number}", "text": "hello {first_name|there}"}
    try:
        return stack.call("POST", "/v1/messages/send", stack.seeded["fast"][0], body, f"{mark}-{number}")
    except (OSError, http.client.HTTPException):
        return None


def _send_all(stack: Stack, account: int, mark: str, count: int) -> list[Reply | None]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda number: _send(stack, account, mark, number), range(count)))


def _sent_once(stack: Stack, account: int, count: int) -> bool:
    sent = stack.query("SELECT count(*) FROM messaging_message WHERE account_id = %s AND status = 'sent'", account)
    return sent == [(count,)]


def _assert_exactly_once(stack: Stack, account: int, count: int) -> None:
    until(lambda: _sent_once(stack, account, count), "all sent", 60)
    delivered = "SELECT count(*), count(DISTINCT message_id) FROM messaging_sandboxdelivery WHERE account_id = %s"
    assert stack.query(delivered, account) == [(count, count)]
    assert stack.query("SELECT count(*) FROM messaging_message WHERE account_id = %s", account) == [(count,)]
    events = """SELECT count(*), count(DISTINCT m.id) FROM webhooks_event e
        JOIN messaging_message m ON convert_from(e.body, 'UTF8')::jsonb #>> '{data,message,id}' = m.id
        WHERE e.type = 'message.sent' AND m.account_id = %s"""
    assert stack.query(events, account) == [(count, count)]


def test_the_web_killed_under_load_doubles_nothing(stack: Stack) -> None:
    account = stack.seeded["accounts"][3]
    replies: list[Reply | None] = []
    load = threading.Thread(target=lambda: replies.extend(_send_all(stack, account, "web", 40)))
    load.start()
    until(lambda: stack.query("SELECT 1 FROM messaging_message WHERE account_id = %s LIMIT 1", account), "first send")
    stack.kill("web")
    load.join()
    stack.start_web()
    again = _send_all(stack, account, "web", 40)
    assert {reply.status for reply in again if reply} == {200}
    assert len([reply for reply in again if reply]) == 40
    for before, after in zip(replies, again, strict=True):
        assert before is None or (after is not None and before.body == after.body)
    _assert_exactly_once(stack, account, 40)


def test_the_worker_killed_while_it_sends_loses_and_doubles_nothing(stack: Stack) -> None:
    account = stack.seeded["accounts"][4]
    load = threading.Thread(target=lambda: _send_all(stack, account, "worker", 40))
    load.start()
    sent = "SELECT 1 FROM messaging_message WHERE account_id = %s AND status <> 'queued' LIMIT 1"
    for _ in range(3):
        until(lambda: stack.query(sent, account), "something claimed")
        stack.kill("worker")
        stack.start_worker()
    load.join()
    stack.query("UPDATE messaging_message SET lease_until = now() WHERE status = 'sending' RETURNING 1")
    stack.manage("shell", "-v", "0", "-c", "from messaging.tasks import sweep; sweep()")
    _assert_exactly_once(stack, account, 40)


def test_redis_gone_means_no_500_and_no_lost_message(stack: Stack) -> None:
    account = stack.seeded["accounts"][5]
    before = _send_all(stack, account, "redis", 10)
    stack.kill("redis", signal.SIGKILL)
    during = [_send(stack, account, "redis", number) for number in range(10, 30)]
    stack.start_redis()
    after = [_send(stack, account, "redis", number) for number in range(30, 40)]
    replies = [*before, *during, *after]
    assert [reply.status for reply in replies if reply] == [200] * 40
    assert all("x-ratelimit-remaining" in reply.headers for reply in replies if reply)
    stack.manage("shell", "-v", "0", "-c", "from messaging.tasks import sweep; sweep()")
    _assert_exactly_once(stack, account, 40)


def test_a_hanging_redis_costs_a_request_its_budget_once(stack: Stack) -> None:
    account = stack.seeded["accounts"][6]
    stack.signal("redis", signal.SIGSTOP)
    try:
        replies = [_send(stack, account, "hang", number) for number in range(20)]
    finally:
        stack.signal("redis", signal.SIGCONT)
    assert [reply.status for reply in replies if reply] == [200] * 20
    stack.manage("shell", "-v", "0", "-c", "from messaging.tasks import sweep; sweep()")
    _assert_exactly_once(stack, account, 20)
