"""``waiting_for``: a queued message says for which reason the claim refuses it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import Plan, Workspace
from messaging import erasure, services
from messaging.models import Account, AccountKind, AccountState, Message
from messaging.representations import MessageOut, ThreadOut
from messaging.sending import claiming, dispatch
from messaging.sending.gateway import SendError
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services import conversations
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway, events, send, stored
from tests.tenants import Api, Tenants


def waiting_for(tenants: Tenants, message: Message) -> str | None:
    """What the message waits for, in every answer that contains it."""
    actor = tenants.actor(message.workspace)
    messages = [
        MessageOut.render(services.get_message(actor, message.pk)),
        *(MessageOut.render(row) for row in services.list_messages(actor).rows),
        *(MessageOut.render(row) for row in services.list_thread_messages(actor, message.thread_id).rows),
        *(ThreadOut.render(row)["last_message"] for row in conversations.list_threads(actor).rows),
        *erasure.export(message.workspace_id, message.contact_id)["messages"],
    ]
    answers = [row["waiting_for"] for row in messages if row["id"] == message.pk]
    assert len(answers) == 5
    (answer,) = set(answers)
    assert answer is None or isinstance(answer, str)
    return answer


@dataclass
class World:
    """What a state is made of: a workspace with one account, and the time."""

    tenants: Tenants
    time: FrozenTime
    account: Account

    def set_account(self, **fields: Any) -> None:
        Account.unscoped.filter(pk=self.account.pk).update(**fields)
        self.account.refresh_from_db()

    def set_plan(self, plan: Plan) -> None:
        Workspace.objects.filter(pk=self.tenants.workspace.pk).update(plan=plan, trial_ends_at=self.time.now)

    def pause(self, **span: float) -> None:
        self.set_account(state=AccountState.PAUSED, paused_until=self.time.now + timedelta(**span) if span else None)


@pytest.fixture(params=["live", "test"])
def world(request: pytest.FixtureRequest, tenants: Tenants, frozen_time: FrozenTime) -> World:
    """In the live workspace and in its test twin."""
    workspace = tenants.workspace if request.param == "live" else tenants.twin
    return World(tenants, frozen_time, tenants.sandbox(workspace))


def queue_for_later(world: World) -> Message:
    return send(world.account, send_at=world.time.now + timedelta(hours=1))


def queue_during_a_pause(world: World) -> Message:
    world.pause(minutes=5)
    return send(world.account)


def queue_behind_another(world: World) -> Message:
    """On an account of the kind that keeps a gap of a second."""
    world.set_account(kind=AccountKind.TELEGRAM)
    send(world.account, "@first")
    return send(world.account)


def queue_then(change: Callable[[World], None]) -> Callable[[World], Message]:
    def queue(world: World) -> Message:
        message = send(world.account)
        change(world)
        return message

    return queue


def reconnect(world: World) -> None:
    world.set_account(state=AccountState.CONNECTED, paused_until=None)


STATES: dict[str, tuple[str, Callable[[World], Message], Callable[[World], object]]] = {
    "send_at": ("eta", queue_for_later, lambda world: world.time.forward(hours=1)),
    "gap": ("gap", queue_behind_another, lambda world: world.time.forward(seconds=1)),
    "accepted in a pause": ("account_paused", queue_during_a_pause, lambda world: world.time.forward(minutes=5)),
    "pause with an end": (
        "account_paused",
        queue_then(lambda world: world.pause(minutes=5)),
        lambda world: world.time.forward(minutes=5),
    ),
    "pause without an end": ("account_paused", queue_then(World.pause), reconnect),
    "session lost": (
        "account_needs_login",
        queue_then(lambda world: world.set_account(state=AccountState.NEEDS_LOGIN)),
        reconnect,
    ),
    "frozen": ("account_frozen", queue_then(lambda world: world.set_account(state=AccountState.FROZEN)), reconnect),
    "banned": ("account_banned", queue_then(lambda world: world.set_account(state=AccountState.BANNED)), reconnect),
    "trial ended": (
        "plan",
        queue_then(lambda world: world.set_plan(Plan.TRIAL)),
        lambda world: world.set_plan(Plan.PRO),
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_reason_is_the_one_for_which_the_message_is_not_sent(
    world: World, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    ScriptedGateway().install(monkeypatch, AccountKind.TELEGRAM)
    reason, queue, clear = STATES[state]
    message = queue(world)
    assert waiting_for(world.tenants, message) == reason
    dispatch.dispatch()
    assert stored(message).status == "queued"
    assert waiting_for(world.tenants, message) == reason
    clear(world)
    assert waiting_for(world.tenants, message) == "worker"
    dispatch.dispatch()
    assert stored(message).status == "sent"
    assert waiting_for(world.tenants, message) is None


def test_due_message_waits_for_the_worker_of_its_account(world: World) -> None:
    world.set_account(kind=AccountKind.TELEGRAM)
    message = send(world.account)
    dispatch.dispatch()
    assert (stored(message).status, waiting_for(world.tenants, message)) == ("queued", "worker")


def test_state_that_somebody_must_change_is_named_before_the_time(world: World) -> None:
    message = queue_for_later(world)
    world.pause(minutes=5)
    assert waiting_for(world.tenants, message) == "account_paused"
    world.set_plan(Plan.EXPIRED)
    assert waiting_for(world.tenants, message) == "plan"
    world.set_account(state=AccountState.NEEDS_LOGIN)
    assert waiting_for(world.tenants, message) == "account_needs_login"


def test_send_at_counts_against_a_pause_only_if_it_is_later(world: World) -> None:
    world.pause(minutes=5)
    before = send(world.account, "@alice", send_at=world.time.now + timedelta(minutes=4))
    after = send(world.account, "@bobby", send_at=world.time.now + timedelta(minutes=6))
    reconnect(world)
    assert waiting_for(world.tenants, before) == "account_paused"
    assert waiting_for(world.tenants, after) == "eta"


def test_send_at_that_has_passed_delays_nothing(world: World) -> None:
    message = send(world.account, send_at=world.time.now - timedelta(hours=1))
    assert waiting_for(world.tenants, message) == "worker"


def test_retry_waits_for_its_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ScriptedGateway([SendError("connection_lost")]).install(monkeypatch)
    message = send(world.account)
    dispatch.dispatch()
    assert (stored(message).status, waiting_for(world.tenants, message)) == ("queued", "eta")
    world.time.forward(seconds=5)
    assert waiting_for(world.tenants, message) == "worker"


@pytest.mark.parametrize("reason", ["eta", "gap", "daily_limit", "account_paused"])
def test_later_eta_is_explained_by_what_delayed_it(world: World, reason: str) -> None:
    message = queue_for_later(world)
    Message.unscoped.filter(pk=message.pk).update(delayed_by=reason)
    assert waiting_for(world.tenants, message) == reason
    world.time.forward(hours=1)
    assert waiting_for(world.tenants, message) == "worker"


def test_only_queued_messages_wait(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = {to: send(sandbox, to) for to in ("@alice", "@fail_privacy", "@bobby", "@carol")}
    services.cancel_message(tenants.actor(), ended["@bobby"].pk)
    assert claiming.claim(ended["@carol"].pk) is not None
    dispatch.dispatch()
    incoming = receive(sandbox, Incoming(telegram_message_id=9, text="hi", at=frozen_time.now, username="dora"))
    assert incoming is not None
    messages = [*ended.values(), incoming]
    assert [stored(row).status for row in messages] == ["sent", "failed", "canceled", "sending", "received"]
    assert [waiting_for(tenants, row) for row in messages] == [None] * 5
    published = events("message.sent", "message.failed", "message.received")
    assert [event["data"]["message"]["waiting_for"] for event in published] == [None] * 3


def test_rest_answers_why_a_message_waits(api: Api, tenants: Tenants, frozen_time: FrozenTime) -> None:
    later, ours = frozen_time.now + timedelta(hours=1), api(tenants.key())
    held = send(tenants.sandbox(state=AccountState.NEEDS_LOGIN), "@alice")
    planned = send(tenants.sandbox(), "@bobby", send_at=later)
    for message, reason in ((held, "account_needs_login"), (planned, "eta")):
        assert ours.get(f"/v1/messages/{message.pk}").json()["waiting_for"] == reason
        [row] = ours.get("/v1/messages", {"account_id": message.account_id}).json()["data"]
        assert row["waiting_for"] == reason
        [row] = ours.get(f"/v1/threads/{message.thread_id}/messages").json()["data"]
        assert row["waiting_for"] == reason
        [thread] = ours.get("/v1/threads", {"account_id": message.account_id}).json()["data"]
        assert thread["last_message"]["waiting_for"] == reason
        [row] = ours.get(f"/v1/contacts/{message.contact_id}/data").json()["messages"]
        assert row["waiting_for"] == reason
    assert ours.post(f"/v1/messages/{planned.pk}/cancel").json()["waiting_for"] is None


@pytest.mark.parametrize("workspace", ["workspace", "twin"])
def test_accounts_and_threads_of_all_queued_messages_are_read_with_two_queries(
    api: Api,
    tenants: Tenants,
    frozen_time: FrozenTime,
    django_assert_num_queries: Callable[..., Any],
    workspace: str,
) -> None:
    tenant = getattr(tenants, workspace)
    reader = api(tenants.key([Scope.READ_MESSAGES], workspace=tenant))
    thread_id = send(tenants.sandbox(tenant), "@person_0").thread_id
    paths = {"/v1/messages": 3, "/v1/threads": 6, f"/v1/threads/{thread_id}/messages": 4}
    reader.get("/v1/messages")  # records the use of the key

    def queries_with(more: int, *, names: int = 0) -> None:
        for path, number in paths.items():
            with django_assert_num_queries(number + more + (0 if path == "/v1/threads" else names)):
                assert reader.get(path).status_code == 200

    queries_with(2)
    for number in range(1, 20):
        send(tenants.sandbox(tenant), f"@person_{number}")
    queries_with(2)
    dispatch.dispatch()
    queries_with(0, names=1)  # none of them is queued, so their accounts are read for their names alone


def test_data_export_takes_the_same_queries_for_any_number_of_queued_messages(
    tenants: Tenants, frozen_time: FrozenTime, django_assert_num_queries: Callable[..., Any]
) -> None:
    messages = [send(tenants.sandbox()) for _ in range(3)]
    with django_assert_num_queries(8):  # messages, accounts, earlier messages, contact twice, addresses, files, drafts
        exported = erasure.export(tenants.workspace.pk, messages[0].contact_id)["messages"]
    assert [row["waiting_for"] for row in exported] == ["worker"] * 3
