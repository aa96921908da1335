"""Who is told of what, once."""

from threading import Event

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.notes import add_note
from crmsolid.core import clock
from crmsolid.events.positions import assign_positions, has_unpositioned
from crmsolid.workspaces.models import Membership, Role, User
from crmsolid.workspaces.services import remove_member
from messaging import erasure
from messaging.alerts import recording, wishes
from messaging.models import Account, Alert, Thread
from messaging.threads.services import actions, answering
from tests.messaging.alerts.helpers import actor_of, arrive, choose, hear
from tests.messaging.conftest import FrozenTime
from tests.panel import browser
from tests.tenants import Tenants
from tests.threads import in_background, run_together
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


def told(user: User | None = None) -> list[tuple[int, str, str]]:
    """User, kind and thread of each alert that is not seen."""
    rows = Alert.unscoped.filter(seen_at=None).order_by("pk")
    rows = rows if user is None else rows.filter(user=user)
    return [(row.user_id, row.kind, str(row.thread_id)) for row in rows]


def test_a_message_that_nobody_looks_after_is_told_to_those_who_answer(tenants: Tenants, sandbox: Account) -> None:
    agent, viewer = tenants.member(Role.AGENT), tenants.member(Role.VIEWER)
    message = hear(sandbox)
    assert told() == [(tenants.owner.pk, "message", message.thread_id), (agent.pk, "message", message.thread_id)]
    assert told(viewer) == []
    assert Alert.unscoped.filter(about=message.pk).count() == 2


def test_a_message_in_a_conversation_is_told_to_who_looks_after_it_and_to_who_wants_everything(
    tenants: Tenants, sandbox: Account
) -> None:
    agent, viewer = tenants.member(Role.AGENT), tenants.member(Role.VIEWER)
    tenants.member(Role.ADMIN)
    thread_id = hear(sandbox).thread_id
    Alert.unscoped.all().delete()
    Thread.unscoped.filter(pk=thread_id).update(assignee=agent)
    choose(viewer, tenants.workspace, everything=True)
    hear(sandbox)
    assert told() == [(agent.pk, "message", thread_id), (viewer.pk, "message", thread_id)]
    Alert.unscoped.all().delete()
    choose(agent, tenants.workspace, mine=False)
    hear(sandbox)
    assert told() == [(viewer.pk, "message", thread_id)]


def test_a_flood_is_one_alert_for_each_conversation_and_is_told_again_after_some_minutes(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    first = hear(sandbox, "one")
    for number in range(30):
        hear(sandbox, f"more {number}")
    other = hear(sandbox, "me too", "bob")
    assert told() == [(tenants.owner.pk, "message", thread) for thread in (first.thread_id, other.thread_id)]
    row = Alert.unscoped.get(thread=first.thread_id)
    assert row.about == first.pk
    Alert.unscoped.update(pushed_at=clock.now())
    frozen_time.forward(minutes=6)
    latest = hear(sandbox, "still there?")
    row.refresh_from_db()
    assert (row.about, row.told_at, row.pushed_at) == (latest.pk, frozen_time.now, None)
    assert Alert.unscoped.count() == 2


def test_a_batch_costs_the_same_queries_however_many_messages_it_has(tenants: Tenants, sandbox: Account) -> None:
    for _ in range(3):
        tenants.member(Role.AGENT)
    costs = []
    for count in (1, 2, 30):  # the first makes the row of the feed, too
        for number in range(count):
            arrive(sandbox, who=f"person{count}_{number}")
        with CaptureQueriesContext(connection) as queries:
            assign_positions()
        costs.append(len(queries))
    assert len(told()) == 4 * 33
    assert costs[1] == costs[2] < 20


def test_auto_replies_opt_outs_and_old_messages_are_told_to_nobody(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    hear(sandbox, "I am on holiday", is_automatic=True)
    hear(sandbox, "stop", "bob")
    assert told() == []
    hear(sandbox, "Is it open?", "carol")
    Alert.unscoped.all().delete()
    hear(sandbox, "stop", "carol")
    assert told() == []
    arrive(sandbox, "Hello?", "dora")
    frozen_time.forward(hours=25)
    assign_positions()
    assert told() == []


def test_who_opens_the_conversation_or_answers_has_seen_it(tenants: Tenants, sandbox: Account) -> None:
    agent = tenants.member(Role.AGENT)
    thread_id = hear(sandbox).thread_id
    page: Client = browser(agent)
    assert page.get(f"/panel/live/inbox/{thread_id}/").status_code == 200
    assert told() == [(tenants.owner.pk, "message", thread_id)]
    answering.reply(actor_of(tenants.owner, tenants.workspace), thread_id, text="Yes")
    assert told() == []
    hear(sandbox, "Thanks, and on Sunday?")
    assert len(told()) == 2
    for part in ("list", "messages"):
        query = {"part": part, "workspace": tenants.workspace.pk}
        assert page.get(f"/panel/live/inbox/{thread_id}/", query).status_code == 200
    assert told() == [(tenants.owner.pk, "message", thread_id)]


def test_an_assignment_is_told_unless_the_member_took_it(tenants: Tenants, sandbox: Account) -> None:
    agent = tenants.member(Role.AGENT)
    thread_id = hear(sandbox).thread_id
    Alert.unscoped.all().delete()
    actions.assign_thread(actor_of(agent, tenants.workspace), thread_id, user_id=agent.pk)
    assert told() == []
    actions.assign_thread(actor_of(tenants.owner, tenants.workspace), thread_id, user_id=agent.pk)
    assert told() == []
    actions.assign_thread(actor_of(tenants.owner, tenants.workspace), thread_id, user_id=None)
    actions.assign_thread(actor_of(tenants.owner, tenants.workspace), thread_id, user_id=agent.pk)
    assert told() == [(agent.pk, "assigned", thread_id)]


def test_a_mention_is_told_to_members_who_want_it(tenants: Tenants, sandbox: Account) -> None:
    agent, viewer = tenants.member(Role.AGENT), tenants.member(Role.VIEWER)
    message = hear(sandbox)
    Alert.unscoped.all().delete()
    choose(agent, tenants.workspace, mentions=False)
    names = " ".join(f"@{user.email.partition('@')[0]}" for user in (agent, viewer, tenants.owner))
    note = add_note(actor_of(tenants.owner, tenants.workspace), message.contact_id, text=f"Look {names}")
    assert told() == [(viewer.pk, "mention", message.thread_id)]
    recording.mention(note, [viewer.pk, tenants.stranger.pk])
    assert told() == [(viewer.pk, "mention", message.thread_id)]


def test_nothing_of_one_workspace_is_told_in_another(tenants: Tenants, sandbox: Account) -> None:
    both = tenants.stranger
    Membership.unscoped.create(workspace=tenants.workspace, user=both, role=Role.AGENT)
    mine = hear(sandbox)
    theirs = hear(tenants.sandbox(tenants.other), who="zoe")
    assert told() == [
        (tenants.owner.pk, "message", mine.thread_id),
        (both.pk, "message", mine.thread_id),
        (both.pk, "message", theirs.thread_id),
    ]
    twin = hear(tenants.sandbox(tenants.twin), who="test")
    assert {user for user, _, thread in told() if thread == twin.thread_id} == {tenants.owner.pk, both.pk}
    member = Membership.unscoped.get(user=both, workspace=tenants.workspace)
    remove_member(actor_of(tenants.owner, tenants.workspace), member.pk)
    assert told(both) == [(both.pk, "message", theirs.thread_id)]


def test_erasure_and_time_delete_alerts(tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    message = hear(sandbox)
    note = add_note(actor_of(tenants.owner, tenants.workspace), message.contact_id, text="Look")
    agent = tenants.member(Role.AGENT)
    recording.mention(note, [agent.pk])
    Alert.unscoped.filter(kind="mention").update(thread=None)
    erasure.erase(tenants.workspace.pk, message.contact_id)
    assert not Alert.unscoped.exists()
    hear(sandbox, who="bob")
    frozen_time.forward(days=29)
    assert not recording.past_retention().exists()
    frozen_time.forward(days=2)
    assert recording.past_retention().count() == Alert.unscoped.count() > 0


def test_an_error_of_the_alerts_leaves_the_positions(
    tenants: Tenants, sandbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise ValueError

    monkeypatch.setattr(wishes, "of_members", broken)
    hear(sandbox)
    assert told() == []
    assert not assign_positions()


@pytest.mark.django_db(transaction=True)
def test_a_message_in_a_locked_conversation_is_told_all_the_same(tenants: Tenants, sandbox: Account) -> None:
    first = hear(sandbox)
    Alert.unscoped.all().delete()
    arrive(sandbox, "again")
    locked, may_end = Event(), Event()

    def erase_slowly() -> None:
        with transaction.atomic():
            Thread.unscoped.select_for_update().get(pk=first.thread_id)
            locked.set()
            assert may_end.wait(20)

    with in_background(erase_slowly):
        assert locked.wait(20)
        with in_background(assign_positions):  # it does not wait with the positions, but for the alert after them
            wait_until(lambda: not has_unpositioned())
            assert told() == []
            may_end.set()
    assert told() == [(tenants.owner.pk, "message", first.thread_id)]


@pytest.mark.django_db(transaction=True)
def test_many_who_assign_positions_record_each_alert_once(tenants: Tenants, sandbox: Account) -> None:
    for number in range(20):
        arrive(sandbox, "Hi", f"person{number % 5}")

    def assign() -> None:
        while assign_positions() or has_unpositioned():
            pass

    run_together([assign] * 4)
    assert len(told()) == len(set(told())) == 5
