import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from crmsolid.asgi import ASGI_APPS
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.events.positions import assign_positions
from crmsolid.jobs.models import Job, JobState
from crmsolid.serving.interface import BridgeLimits
from crmsolid.serving.root import RootApplication
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Heartbeat, HoldReason
from crmsolid.workspaces.tasks import heartbeat
from messaging.accounts import create_sandbox_account
from messaging.models import Account, AccountKind, Message, SandboxDelivery
from messaging.services import send_message
from sequences.models import Enrollment, Sequence, StepRun
from tests.sequences import helpers
from tests.serving.live_server import serve
from tests.tenants import Tenants
from webhooks.models import Delivery
from webhooks.services import create_endpoint

TOKEN = "a metrics token"


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def gauges(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    ours = (line.rsplit(" ", 1) for line in lines if line.startswith(("crmsolid_q", "crmsolid_sending")))
    return {name: float(value) for name, value in ours}


def test_healthz_answers_while_every_thread_is_busy() -> None:
    arrived, may_end = threading.Semaphore(0), threading.Event()

    def wait(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        arrived.release()
        assert may_end.wait(20)
        start_response("200 OK", [])
        return [b"waited"]

    with serve(RootApplication(ASGI_APPS, wait)) as live, ThreadPoolExecutor(5) as clients:
        waiting = [clients.submit(live.request, "GET", "/v1/me") for _ in range(5)]
        assert all(arrived.acquire(timeout=20) for _ in range(BridgeLimits().threads))
        status, headers, body = live.request("GET", "/healthz")
        assert (status, json.loads(body)) == (200, {"status": "ok"})
        assert (headers["content-type"], headers["cache-control"]) == ("application/json", "no-store")
        assert headers["x-content-type-options"] == "nosniff"
        status, headers, body = live.request("HEAD", "/healthz")
        assert (status, headers["content-length"], body) == (200, "16", b"")
        status, headers, body = live.request("POST", "/healthz", b"{}")
        assert (status, headers["allow"], body) == (405, "GET, HEAD", b"")
        assert headers["x-content-type-options"] == "nosniff"
        assert not any(future.done() for future in waiting)
        may_end.set()
        assert [future.result(20)[2] for future in waiting] == [b"waited"] * 5


def test_ready_when_a_worker_was_seen_recently(client: Client, db: None) -> None:
    heartbeat()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    parts = {"database": "ok", "broker": "ok", "worker": "ok", "disk": "ok"}
    assert answer.json() == {"status": "ready", "missing": [], **parts, "sending": "ok"}
    assert "no-store" in answer.headers["Cache-Control"]


def test_ready_while_sending_is_held_and_what_waits_is_no_work(client: Client, tenants: Tenants) -> None:
    heartbeat()
    message = send_message(tenants.actor(), account_id=tenants.sandbox().pk, to="@sarah_miller", text="hello")
    Message.unscoped.filter(pk=message.pk).update(eta=clock.now() - timedelta(seconds=40))
    sending_hold.hold(HoldReason.OPERATOR, "an upgrade", Actor.system)
    hold = sending_hold.current()
    assert hold is not None
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"], answer.json()["worker"]) == (200, [], "ok")
    since = clock.rfc3339(hold.since)
    assert answer.json()["sending"] == f"held since {since}: whoever runs the server has asked for it"


def test_not_ready_before_any_worker_was_seen(client: Client, db: None) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["missing"]) == ("unavailable", ["worker"])
    assert answer.json()["worker"] == "never seen: is a worker running, and the scheduler?"


def test_not_ready_when_the_worker_was_seen_too_long_ago(client: Client, db: None) -> None:
    Heartbeat.objects.create(name="worker", seen_at=clock.now() - timedelta(seconds=31))
    assert client.get("/readyz").json()["missing"] == ["worker"]
    Heartbeat.objects.update(seen_at=clock.now() - timedelta(seconds=29))
    assert client.get("/readyz").json()["missing"] == []


def test_not_ready_while_the_disk_is_full_or_the_data_folder_cannot_be_written(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat()

    def disk(free_bytes: int, writable: bool = True) -> tuple[list[str], str]:
        monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_bavail=free_bytes // 1024, f_frsize=1024))
        monkeypatch.setattr(os, "access", lambda path, mode: writable)
        answer = client.get("/readyz").json()
        return answer["missing"], answer["disk"]

    assert disk(4 * 1024 * 1024) == ([], "ok")
    assert disk(4 * 1024 * 1024 - 1024) == (["disk"], "full: 4095 KiB are free in the data folder")
    assert disk(4 * 1024 * 1024, writable=False) == (["disk"], "the data folder cannot be written")


def test_not_ready_while_the_database_accepts_no_writes(client: Client, transactional_db: None) -> None:
    heartbeat()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    answer = client.get("/readyz")
    with connection.cursor() as cursor:
        cursor.execute("RESET default_transaction_read_only")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["database", "worker"])
    assert answer.json()["database"] == "accepts no writes"


def test_worker_that_is_behind_is_busy_and_not_missing(client: Client, tenants: Tenants) -> None:
    heartbeat()
    message = send_message(tenants.actor(), account_id=tenants.sandbox().pk, to="@sarah_miller", text="hello")

    def due_for(seconds: int) -> dict[str, Any]:
        Message.unscoped.filter(pk=message.pk).update(eta=clock.now() - timedelta(seconds=seconds))
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["status"], answer.json()["missing"]) == (200, "ready", [])
        return dict(answer.json())

    assert due_for(8)["worker"] == "ok"
    assert re.fullmatch(r"busy: work has been due for 4\d s", due_for(40)["worker"])
    Account.unscoped.update(state="paused", paused_until=clock.now() + timedelta(hours=1))
    assert due_for(40)["worker"] == "ok"
    Account.unscoped.update(state="connected", paused_until=None)
    tenants.workspace.plan, tenants.workspace.trial_ends_at = "trial", clock.now() - timedelta(days=1)
    tenants.workspace.save()
    assert due_for(40)["worker"] == "ok"


def test_worker_is_busy_while_deliveries_are_overdue(client: Client, tenants: Tenants) -> None:
    heartbeat()
    create_endpoint(tenants.actor(), url="https://example.com/hook", events=["contact.created"])
    send_message(tenants.actor(), account_id=tenants.sandbox().pk, to="@sarah_miller", text="hello")
    assign_positions()
    Message.unscoped.update(eta=clock.now() + timedelta(hours=1))
    assert client.get("/readyz").json()["worker"] == "ok"
    assert Delivery.unscoped.update(next_attempt_at=clock.now() - timedelta(seconds=40)) == 1
    assert re.fullmatch(r"busy: work has been due for 4\d s", client.get("/readyz").json()["worker"])


def test_worker_is_busy_while_steps_of_sequences_are_overdue(client: Client, tenants: Tenants) -> None:
    """A paused sequence and an ended trial do not wait for a worker; the outcome of a message always does."""
    heartbeat()
    sequence = helpers.create(tenants.sandbox())
    enrollment = helpers.enroll(sequence, helpers.contact(tenants.workspace))

    def worker() -> str:
        return str(client.get("/readyz").json()["worker"])

    Enrollment.unscoped.update(next_run_at=clock.now() - timedelta(seconds=40))
    assert re.fullmatch(r"busy: work has been due for 4\d s", worker())
    Sequence.unscoped.update(status="paused", paused_at=clock.now())
    assert worker() == "ok"
    Sequence.unscoped.update(status="active", paused_at=None)
    tenants.workspace.plan, tenants.workspace.trial_ends_at = "trial", clock.now() - timedelta(days=1)
    tenants.workspace.save()
    assert worker() == "ok"
    run = StepRun(workspace=tenants.workspace, enrollment=enrollment, version=enrollment.version, step_key="hello")
    run.outcome, run.settled_at = "sent", clock.now() - timedelta(seconds=40)
    run.save()
    assert re.fullmatch(r"busy: work has been due for 4\d s", worker())
    StepRun.unscoped.update(handled=True)
    assert worker() == "ok"


def test_due_steps_and_outcomes_of_sequences_are_counted(client: Client, tenants: Tenants, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    sequence, paused = helpers.create(tenants.sandbox()), helpers.create(tenants.sandbox(), name="Paused")
    due, later, _, _ = (
        helpers.enroll(in_sequence, helpers.contact(tenants.workspace, username))
        for in_sequence in (sequence, paused)
        for username in ("alice", "bobby")
    )
    Enrollment.unscoped.update(next_run_at=clock.now() - timedelta(seconds=90))
    Enrollment.unscoped.filter(pk=later.pk).update(next_run_at=clock.now() + timedelta(hours=1))
    Sequence.unscoped.filter(pk=paused.pk).update(status="paused", paused_at=clock.now())
    settled = {"outcome": "sent", "settled_at": clock.now() - timedelta(seconds=200)}
    for key, handled in (("hello", True), ("again", False)):
        StepRun.unscoped.create(
            workspace=tenants.workspace, enrollment=due, version=due.version, step_key=key, handled=handled, **settled
        )
    metrics = gauges(client)
    assert metrics['crmsolid_queue_length{queue="enrollments"}'] == 1
    assert 90 <= metrics['crmsolid_queue_oldest_seconds{queue="enrollments"}'] < 120
    assert metrics['crmsolid_queue_length{queue="step_outcomes"}'] == 1
    assert 200 <= metrics['crmsolid_queue_oldest_seconds{queue="step_outcomes"}'] < 230


def test_worker_that_is_gone_is_not_called_busy(client: Client, tenants: Tenants) -> None:
    send_message(tenants.actor(), account_id=tenants.sandbox().pk, to="@sarah_miller", text="hello")
    Message.unscoped.update(eta=clock.now() - timedelta(seconds=60))
    Heartbeat.objects.create(name="worker", seen_at=clock.now() - timedelta(seconds=31))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["worker"])
    assert answer.json()["worker"].startswith("not seen for 31 s")


def test_not_ready_without_the_database(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise DatabaseError("gone")

    with connection.execute_wrapper(refuse):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["database", "worker"]
    assert answer.json()["database"] == "does not answer (DatabaseError)"


def test_a_database_that_goes_away_between_two_reads_is_answered(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise DatabaseError("gone")

    heartbeat()
    monkeypatch.setattr(sending_hold, "current", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["sending"] == "unknown without the database (DatabaseError)"


def test_not_ready_without_the_broker(client: Client, db: None, settings: Any) -> None:
    heartbeat()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["broker"]
    assert answer.json()["broker"] == "does not answer (ConnectionError)"


def test_metrics_are_404_without_a_token_setting(client: Client, db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_metrics_refuse_another_token(client: Client, settings: Any, authorization: str | None) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={} if authorization is None else {"Authorization": authorization})
    assert (answer.status_code, answer.content) == (401, b"unauthorized\n")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_metrics_contain_length_and_age_of_each_queue(client: Client, tenants: Tenants, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assign_positions()
    empty = gauges(client)
    assert {name: value for name, value in empty.items() if value} == {}
    actor = tenants.actor()
    account = create_sandbox_account(actor, name="Sandbox")
    message = send_message(actor, account_id=account.pk, to="@sarah_miller", text="hello")
    type(message).unscoped.filter(pk=message.pk).update(eta=clock.now() - timedelta(seconds=90))
    assign_positions()
    now = clock.now()
    due = {**dict.fromkeys(JobState), JobState.QUEUED: now, JobState.RUNNING: now + timedelta(hours=1)}
    for state in JobState:
        Job.unscoped.create(
            id=new_id("job"), workspace=tenants.workspace, kind="import", scope="", state=state, next_run_at=due[state]
        )
    full = gauges(client)
    assert full['crmsolid_queue_length{queue="messages"}'] == 1
    assert 90 <= full['crmsolid_queue_oldest_seconds{queue="messages"}'] < 120
    assert full['crmsolid_queue_length{queue="events"}'] == 0
    assert full['crmsolid_queue_length{queue="jobs"}'] == 1


def test_metrics_say_whether_sending_is_held(client: Client, tenants: Tenants, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert gauges(client)["crmsolid_sending_held"] == 0
    sending_hold.hold(HoldReason.RESTORED, "", Actor.system)
    assert gauges(client)["crmsolid_sending_held"] == 1


def test_each_kind_of_work_is_counted_in_its_queue(client: Client, tenants: Tenants, settings: Any) -> None:
    """Due deliveries include retries, messages of Telegram accounts are counted apart, sandbox answers too."""
    settings.METRICS_TOKEN = TOKEN
    actor = tenants.actor()
    create_endpoint(actor, url="https://example.com/hook", events=["contact.created"])
    account = create_sandbox_account(actor, name="Sandbox")
    for to in ("@sarah_miller", "@reply_bob"):
        send_message(actor, account_id=account.pk, to=to, text="hello")
    telegram = tenants.sandbox()
    send_message(actor, account_id=telegram.pk, to="@sarah_miller", text="hello")
    Account.unscoped.filter(pk=telegram.pk).update(kind=AccountKind.TELEGRAM)
    with_answer = Message.unscoped.filter(recipient="@reply_bob").get()
    SandboxDelivery.unscoped.create(
        workspace=tenants.workspace, account=account, message=with_answer, random_id=1, reply_pending=True
    )
    assign_positions()
    failed, waiting = Delivery.unscoped.order_by("id")
    Delivery.unscoped.filter(pk=failed.pk).update(status="failed", next_attempt_at=clock.now() - timedelta(seconds=600))
    metrics = gauges(client)
    lengths = {name.split('"')[1]: value for name, value in metrics.items() if "length" in name}
    expected = {"messages": 2, "telegram": 1, "sandbox_answers": 1, "events": 0, "deliveries": 2, "jobs": 0}
    expected |= {"enrollments": 0, "step_outcomes": 0, "scores": 0}
    assert lengths == expected
    assert 600 <= metrics['crmsolid_queue_oldest_seconds{queue="deliveries"}'] < 630
    Delivery.unscoped.filter(pk=waiting.pk).update(next_attempt_at=clock.now() + timedelta(hours=1))
    assert gauges(client)['crmsolid_queue_length{queue="deliveries"}'] == 1


def test_scheduled_message_is_not_due(client: Client, tenants: Tenants, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    actor = tenants.actor()
    account = create_sandbox_account(actor, name="Sandbox")
    send_message(
        actor, account_id=account.pk, to="@sarah_miller", text="hello", send_at=clock.now() + timedelta(hours=1)
    )
    assert gauges(client)['crmsolid_queue_length{queue="messages"}'] == 0


def test_metrics_count_requests(client: Client, tenants: Tenants, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    client.get("/v1/me", headers={"Authorization": f"Bearer {tenants.key()}"})
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert b'crmsolid_requests_total{method="GET",route="v1/me",status="200"}' in answer.content


def test_metrics_of_several_processes_are_read_from_their_folder(
    client: Client, tenants: Tenants, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert b"crmsolid_queue_length" in answer.content
    assert b"crmsolid_requests_total" not in answer.content  # the folder is empty
