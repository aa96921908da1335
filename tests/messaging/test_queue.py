"""The queue: members take who has waited longest, within their capacity, and admins hear of whom nobody takes."""

from collections.abc import Callable
from concurrent.futures import wait
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Scope, Subject
from crmsolid.workspaces.models import AuditEntry, Membership, Role, User, Workspace
from crmsolid.workspaces.services import set_capacity, set_on_duty
from messaging import querysets
from messaging.models import Account, Thread
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services import actions
from tests.messaging.conftest import FrozenTime
from tests.page_forms import form_with, forms_of, undo_form
from tests.panel import browser
from tests.tenants import Tenants
from tests.threads import in_background, run_together_catching

pytestmark = pytest.mark.django_db
INBOX = "/panel/live/inbox/"


def hear(account: Account, frozen_time: FrozenTime, who: str) -> Thread:
    at = frozen_time.forward(minutes=1)
    message = receive(account, Incoming(telegram_message_id=int(at.timestamp()), text="Hello", at=at, username=who))
    assert message is not None
    found: Thread = Thread.unscoped.get(pk=message.thread_id)
    return found


def actor_of(user: User, workspace: Workspace | None = None) -> Actor:
    member = Membership.unscoped.select_related("user", "workspace").get(user=user)
    return Actor.member(member, workspace or member.workspace)


def key_with(tenants: Tenants, scopes: frozenset[Scope]) -> Actor:
    return Actor(tenants.workspace, Subject("key", str(tenants.owner.pk), "a key"), scopes, None, "rest")


@pytest.fixture
def agent(tenants: Tenants) -> Actor:
    return actor_of(tenants.member(Role.AGENT))


@pytest.fixture
def waiting(sandbox: Account, frozen_time: FrozenTime) -> list[Thread]:
    """Four who wait, the longest wait first."""
    return [hear(sandbox, frozen_time, who) for who in ("anna", "boris", "carla", "dieter")]


def everything() -> list[Any]:
    """What a refusal may not change."""
    return [
        *Thread.unscoped.order_by("pk").values(),
        *Membership.unscoped.order_by("pk").values(),
        AuditEntry.unscoped.count(),
    ]


def taken_by(actor: Actor) -> list[str]:
    rows = Thread.unscoped.filter(assignee=int(actor.subject.id)).order_by("waiting_since")
    return list(rows.values_list("pk", flat=True))


def test_member_takes_who_has_waited_longest(agent: Actor, waiting: list[Thread], tenants: Tenants) -> None:
    first, second, third, fourth = waiting
    actions.assign_thread(agent, first.pk, user_id=tenants.owner.pk)
    actions.close_thread(agent, second.pk)
    actions.snooze_thread(agent, third.pk, until=fourth.last_message_at + timedelta(hours=1))
    taken = actions.take_next(agent)
    assert taken is not None and (taken.pk, taken.assignee_id) == (fourth.pk, int(agent.subject.id))
    entry = AuditEntry.unscoped.get(target=fourth.pk)
    assert (entry.action, entry.data, entry.subject_id) == (
        "thread.assigned",
        {"user": int(agent.subject.id)},
        agent.subject.id,
    )
    before = everything()
    assert actions.take_next(agent) is None
    assert everything() == before


def test_capacity_counts_open_conversations_that_are_not_snoozed(
    agent: Actor, waiting: list[Thread], frozen_time: FrozenTime
) -> None:
    Membership.unscoped.filter(user=int(agent.subject.id)).update(capacity=2)
    assert [actions.take_next(agent) for _ in range(2)] == waiting[:2]
    before = everything()
    with pytest.raises(DomainError) as error:
        actions.take_next(agent)
    assert error.value.code == "invalid_state"
    assert "you have 2 open conversations, and your capacity is 2" in error.value.detail
    assert everything() == before
    actions.snooze_thread(agent, waiting[0].pk, until=frozen_time.now + timedelta(minutes=5))
    assert actions.take_next(agent) == waiting[2]
    frozen_time.forward(minutes=5)  # the snooze has ended: three of two
    with pytest.raises(DomainError):
        actions.take_next(agent)
    for thread in waiting[:2]:
        actions.close_thread(agent, thread.pk)
    assert actions.take_next(agent) == waiting[3]
    # By hand more can be assigned.
    again = actions.reopen_thread(agent, waiting[0].pk)
    assert again.assignee_id == int(agent.subject.id)


def test_off_duty_takes_nothing_and_can_be_assigned_to(agent: Actor, waiting: list[Thread], tenants: Tenants) -> None:
    set_on_duty(agent, False)
    before = everything()
    with pytest.raises(DomainError) as error:
        actions.take_next(agent)
    assert (error.value.code, error.value.detail) == ("invalid_state", "you are off duty; go on duty first")
    assert everything() == before
    actions.assign_thread(actor_of(tenants.owner), waiting[0].pk, user_id=int(agent.subject.id))
    assert taken_by(agent) == [waiting[0].pk]


@pytest.mark.parametrize("who", ["viewer", "command", "stranger", "key", "key without the scope"])
def test_nobody_else_takes_a_conversation(tenants: Tenants, waiting: list[Thread], who: str) -> None:
    actors: dict[str, Callable[[], Actor]] = {
        "viewer": lambda: actor_of(tenants.member(Role.VIEWER)),
        "command": tenants.actor,
        "key": lambda: key_with(tenants, ALL_SCOPES),
        "key without the scope": lambda: key_with(tenants, ALL_SCOPES - {Scope.WRITE_MESSAGES}),
        # Somebody who has been removed since the request began.
        "stranger": lambda: actor_of(tenants.stranger, tenants.workspace),
    }
    actor = actors[who]()
    before = everything()
    with pytest.raises(DomainError) as error:
        actions.take_next(actor)
    assert error.value.code == ("invalid_state" if actor.has(Scope.WRITE_MESSAGES) else "scope_missing")
    assert everything() == before


def test_only_conversations_of_the_workspace_are_taken(
    agent: Actor, waiting: list[Thread], tenants: Tenants, frozen_time: FrozenTime
) -> None:
    test_one = hear(tenants.sandbox(tenants.twin), frozen_time, "eve")
    stranger = actor_of(tenants.stranger)
    assert actions.take_next(stranger) is None
    Membership.unscoped.filter(user=int(agent.subject.id)).update(capacity=1)
    assert actions.take_next(agent) == waiting[0]
    of_twin = actor_of(User.objects.get(pk=int(agent.subject.id)), tenants.twin)
    assert actions.take_next(of_twin) == test_one  # the capacity is of each side
    before = everything()
    with pytest.raises(DomainError):
        actions.take_next(of_twin)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_members_who_take_at_once_get_different_conversations(tenants: Tenants, waiting: list[Thread]) -> None:
    actors = [actor_of(tenants.member(Role.AGENT)) for _ in range(6)]
    results = run_together_catching([partial(actions.take_next, actor) for actor in actors])
    taken = [each.pk for each in results if isinstance(each, Thread)]
    assert not [each for each in results if isinstance(each, Exception)]
    assert len(taken) == len(set(taken)) >= 1
    # Who came while all were being taken may have got nothing, and gets what is left.
    while (more := actions.take_next(actors[0])) is not None:
        taken.append(more.pk)
    assert sorted(taken) == sorted(thread.pk for thread in waiting)
    assigned = AuditEntry.unscoped.filter(action="thread.assigned").values_list("target", flat=True)
    assert sorted(assigned) == sorted(taken)


@pytest.mark.django_db(transaction=True)
def test_member_who_takes_in_many_tabs_at_once_stays_within_the_capacity(
    tenants: Tenants, waiting: list[Thread]
) -> None:
    agent = actor_of(tenants.member(Role.AGENT))
    Membership.unscoped.filter(user=int(agent.subject.id)).update(capacity=2)
    results = run_together_catching([partial(actions.take_next, agent) for _ in range(5)])
    assert sum(isinstance(each, Thread) for each in results) == 2
    assert [each.code for each in results if isinstance(each, DomainError)] == ["invalid_state"] * 3
    assert len(taken_by(agent)) == 2


# --- Duty and capacity ------------------------------------------------------------------------------------------------
def test_work_of_a_member_is_changed_and_audited_once(tenants: Tenants, agent: Actor) -> None:
    owner, member = actor_of(tenants.owner), Membership.unscoped.get(user=int(agent.subject.id))
    for _ in range(2):
        set_capacity(owner, member.pk, 8)
        set_on_duty(agent, False)
        set_on_duty(actor_of(tenants.owner, tenants.twin), True, member_id=member.pk)
        set_on_duty(agent, True)
    member.refresh_from_db()
    assert (member.capacity, member.on_duty) == (8, True)
    entries = AuditEntry.objects.for_workspace(tenants.workspace).filter(action="membership.work_changed")
    assert [entry.data for entry in entries.order_by("at", "pk")] == [
        {"old_capacity": None, "capacity": 8},
        {"old_on_duty": True, "on_duty": False},
        {"old_on_duty": False, "on_duty": True},
        {"old_on_duty": True, "on_duty": False},
        {"old_on_duty": False, "on_duty": True},
    ]


def test_refused_work_changes_nothing(tenants: Tenants, agent: Actor) -> None:
    owner, own = actor_of(tenants.owner), Membership.unscoped.get(user=int(agent.subject.id))
    other = Membership.unscoped.get(user=tenants.stranger)
    viewer = actor_of(tenants.member(Role.VIEWER))
    before = everything()
    refused = [
        (partial(set_capacity, owner, own.pk, 0), "validation_failed"),
        (partial(set_capacity, owner, own.pk, 1001), "validation_failed"),
        (partial(set_capacity, agent, own.pk, 5), "forbidden"),
        (partial(set_capacity, owner, other.pk, 5), "not_found"),
        (partial(set_on_duty, owner, False, member_id=other.pk), "not_found"),
        (partial(set_on_duty, agent, False, member_id=own.pk), "forbidden"),
        (partial(set_on_duty, viewer, False), "forbidden"),
    ]
    for call, code in refused:
        with pytest.raises(DomainError) as error:
            call()
        assert error.value.code == code
    assert everything() == before


def test_menu_of_assigning_says_who_is_off_duty_or_full(tenants: Tenants, agent: Actor, waiting: list[Thread]) -> None:
    Membership.unscoped.filter(user=int(agent.subject.id)).update(capacity=8, on_duty=False)
    for thread in waiting[:2]:
        actions.assign_thread(agent, thread.pk, user_id=int(agent.subject.id))
    found = {each.user_id: each.state for each in actions.list_candidates(agent)}
    assert found == {tenants.owner.pk: "", int(agent.subject.id): "off duty, 2 of 8"}
    html = browser(tenants.owner).get(f"{INBOX}{waiting[2].pk}/").content.decode()
    assert "off duty, 2 of 8" in html


# --- Pages ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def client(tenants: Tenants, waiting: list[Thread]) -> Client:
    return browser(tenants.owner)


def test_take_next_opens_the_conversation_and_is_taken_back(
    client: Client, waiting: list[Thread], tenants: Tenants
) -> None:
    listed = forms_of(client.get(f"{INBOX}?view=waiting"))
    [address] = [form.action for form in listed if ("action", "take_next") in form.buttons]
    page = client.post(address, {"action": "take_next"}, follow=True)
    assert page.redirect_chain[-1][0] == f"{INBOX}{waiting[0].pk}/?view=waiting"
    assert f"You look after {waiting[0].contact} now." in page.content.decode()
    undo = undo_form(page)
    client.post(undo.action, undo.values)
    assert Thread.unscoped.get(pk=waiting[0].pk).assignee is None
    Thread.unscoped.update(assignee=tenants.owner)
    page = client.post(INBOX, {"action": "take_next"}, follow=True)
    assert "Nobody waits whom nobody looks after." in page.content.decode()


def test_member_goes_off_duty_where_they_are(client: Client, waiting: list[Thread], tenants: Tenants) -> None:
    member = Membership.unscoped.get(user=tenants.owner)
    for address in (f"{INBOX}?view=waiting", f"{INBOX}{waiting[0].pk}/?view=waiting"):
        for on_duty, now in (("no", False), ("yes", True)):
            page = client.post(address, {"action": "duty", "on_duty": on_duty})
            assert page["Location"] == address
            member.refresh_from_db()
            assert member.on_duty is now
    client.post(INBOX, {"action": "duty", "on_duty": "no"})
    page = client.post(INBOX, {"action": "take_next"}, follow=True)
    assert "You are off duty; go on duty first." in page.content.decode()


def test_viewers_have_no_part_in_the_queue(waiting: list[Thread], tenants: Tenants) -> None:
    client = browser(tenants.member(Role.VIEWER))
    html = client.get(INBOX).content.decode()
    assert "Take next" not in html and "On duty" not in html
    before = everything()
    for action in ("take_next", "duty"):
        assert client.post(INBOX, {"action": action, "on_duty": "no"}).status_code == 403
    assert everything() == before


def test_admins_hear_of_whom_nobody_looks_after(
    waiting: list[Thread], tenants: Tenants, frozen_time: FrozenTime
) -> None:
    Workspace.objects.filter(pk=tenants.workspace.pk).update(unassigned_aim_minutes=30)
    workspace = Workspace.objects.get(pk=tenants.workspace.pk)
    assert waiting[1].waiting_since is not None
    frozen_time.now = waiting[1].waiting_since + timedelta(minutes=30)
    assert querysets.unassigned_too_long(workspace) == [waiting[0].waiting_since, waiting[1].waiting_since]
    said = "2 customers wait, and nobody looks after them"
    admin, agent = browser(tenants.member(Role.ADMIN)), browser(tenants.member(Role.AGENT))
    home = admin.get("/panel/live/").content.decode()
    assert said in home and "The longest has waited 31 min" in home
    assert "cs-side-late" in admin.get(INBOX).content.decode()
    assert said not in agent.get("/panel/live/").content.decode()
    assert "cs-side-late" not in agent.get(INBOX).content.decode()
    Thread.unscoped.update(assignee=tenants.owner)
    assert querysets.unassigned_too_long(workspace) == []
    assert said not in admin.get("/panel/live/").content.decode()
    assert "cs-side-late" not in admin.get(INBOX).content.decode()


def test_admin_changes_what_the_queue_gives_to_a_member(tenants: Tenants) -> None:
    client = browser(tenants.member(Role.ADMIN))
    member = Membership.unscoped.get(user=tenants.owner)
    address = f"/panel/live/members/{member.pk}/work/"
    form = form_with(client.get(address), "capacity")
    assert client.post(address, form.filled(capacity="7", on_duty="on"))["Location"].endswith("/members/")
    member.refresh_from_db()
    assert (member.capacity, member.on_duty) == (7, True)
    assert "at most 7 open conversations" in client.get("/panel/live/members/").content.decode()
    page = client.post(address, form.filled(capacity="0"))
    assert page.status_code == 200 and "cs-has-error" in page.content.decode()
    member.refresh_from_db()
    assert (member.capacity, member.on_duty) == (7, True)
    other = Membership.unscoped.get(user=tenants.stranger)
    assert client.get(address.replace(f"/{member.pk}/", f"/{other.pk}/")).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("strength", ["FOR KEY SHARE", "FOR NO KEY UPDATE"])
def test_who_waits_is_taken_also_while_something_else_happens_to_the_conversation(
    sandbox: Account, frozen_time: FrozenTime, agent: Actor, strength: str
) -> None:
    """As the alert of the message is recorded, or a draft is kept."""
    thread = hear(sandbox, frozen_time, "anna")
    taken: list[Thread | None] = []
    with ExitStack() as stack, transaction.atomic():
        connection.cursor().execute(f"SELECT 1 FROM messaging_thread WHERE id = %s {strength}", [thread.pk])
        future = stack.enter_context(in_background(lambda: taken.append(actions.take_next(agent))))
        wait([future], timeout=0.3)
    assert taken == [thread]
