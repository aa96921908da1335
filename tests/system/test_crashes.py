"""Processes are killed and Redis stops: no message is lost, none is sent twice."""

import signal
import threading

import redis
from celery import Celery

from crmsolid.celery import queue_of
from tests.system.sends import assert_exactly_once, send, send_all
from tests.system.stack import Reply, Stack
from tests.waiting import wait_until


def test_killed_web_process_sends_no_message_twice(stack: Stack) -> None:
    account = stack.seeded["accounts"][3]
    replies: list[Reply | None] = []
    load = threading.Thread(target=lambda: replies.extend(send_all(stack, account, "web", 40)))
    load.start()
    wait_until(
        lambda: stack.query("SELECT 1 FROM messaging_message WHERE account_id = %s LIMIT 1", account), "first send"
    )
    stack.kill("web")
    load.join()
    stack.start_web()
    again = send_all(stack, account, "web", 40)
    assert {reply.status for reply in again if reply} == {200}
    assert len([reply for reply in again if reply]) == 40
    for before, after in zip(replies, again, strict=True):
        assert before is None or (after is not None and before.body == after.body)
    assert_exactly_once(stack, account, 40)


def test_killed_worker_loses_no_message_and_sends_none_twice(stack: Stack) -> None:
    account = stack.seeded["accounts"][4]
    load = threading.Thread(target=lambda: send_all(stack, account, "worker", 40))
    load.start()
    sent = "SELECT 1 FROM messaging_message WHERE account_id = %s AND status <> 'queued' LIMIT 1"
    for _ in range(3):
        wait_until(lambda: stack.query(sent, account), "something claimed")
        stack.kill("worker")
        stack.start_worker()
    load.join()
    stack.query("UPDATE messaging_message SET lease_until = now() WHERE status = 'sending' RETURNING 1")
    stack.manage("shell", "-v", "0", "-c", "from messaging.tasks import sweep; sweep()")
    assert_exactly_once(stack, account, 40)


def test_killed_redis_causes_no_error_and_loses_no_message(stack: Stack) -> None:
    account = stack.seeded["accounts"][5]
    before = send_all(stack, account, "redis", 10)
    stack.kill("redis", signal.SIGKILL)
    during = [send(stack, account, "redis", number) for number in range(10, 30)]
    stack.start_redis()
    after = [send(stack, account, "redis", number) for number in range(30, 40)]
    replies = [*before, *during, *after]
    assert [reply.status for reply in replies if reply] == [200] * 40
    assert all("x-ratelimit-remaining" in reply.headers for reply in replies if reply)
    stack.manage("shell", "-v", "0", "-c", "from messaging.tasks import sweep; sweep()")
    assert_exactly_once(stack, account, 40)


def test_hanging_redis_fails_no_request_and_loses_no_message(stack: Stack) -> None:
    account = stack.seeded["accounts"][6]
    stack.signal("redis", signal.SIGSTOP)
    try:
        replies = [send(stack, account, "hang", number) for number in range(20)]
    finally:
        stack.signal("redis", signal.SIGCONT)
    assert [reply.status for reply in replies if reply] == [200] * 20
    stack.manage("shell", "-v", "0", "-c", "from messaging.tasks import sweep; sweep()")
    assert_exactly_once(stack, account, 20)


def test_signals_of_another_version_stop_no_worker_and_lose_no_message(stack: Stack) -> None:
    """A worker of the version before gets neither a task that it does not know, which has a queue of its own, nor stops
    because of one in a queue that it knows, or because of arguments."""
    account, broker = (
        stack.seeded["accounts"][7],
        Celery(broker=f"redis://127.0.0.1:{stack.redis_port}/0", set_as_current=False),
    )
    known, unknown = queue_of("messaging.dispatch"), queue_of("messaging.next")
    with redis.Redis(port=stack.redis_port) as queues:
        broker.send_task("messaging.next", queue=unknown, ignore_result=True)
        for task, arguments in (("messaging.next", []), ("messaging.dispatch", ["unknown"])):
            broker.send_task(task, arguments, queue=known, ignore_result=True)
            wait_until(lambda: queues.llen(known) == 0, "the worker has taken it")
        replies = send_all(stack, account, "unknown", 5)
        assert [reply.status for reply in replies if reply] == [200] * 5
        assert_exactly_once(stack, account, 5)
        assert queues.llen(unknown) == 1
    assert stack.ended() == []
