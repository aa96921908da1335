"""``change_plan``: the plan, the audit entry and the event."""

import json
from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.plans import change_plan
from crmsolid.workspaces.models import AuditEntry, Plan, Workspace
from messaging import services
from messaging.models import Message
from messaging.sending import dispatch
from tests.tenants import Api, Tenants
from tests.threads import run_together_catching


def put_on(workspace: Workspace, plan: str, days_left: float | None = None) -> None:
    ends = None if days_left is None else clock.now() + timedelta(days=days_left)
    Workspace.objects.filter(pk=workspace.pk).update(plan=plan, trial_ends_at=ends)


def plans(tenants: Tenants) -> list[tuple[str, Any]]:
    """Plan and end of the trial of all four workspaces: ours, its twin, the other one, its twin."""
    return list(Workspace.objects.order_by("pk").values_list("plan", "trial_ends_at"))


def upgrades() -> list[tuple[int, Any]]:
    """Workspace and data of every ``subscription.upgraded``."""
    return [
        (event.workspace_id, json.loads(bytes(event.body))["data"])
        for event in Event.unscoped.filter(type="subscription.upgraded").order_by("pk")
    ]


def audit_entries() -> list[tuple[int, str, Any]]:
    entries = AuditEntry.unscoped.filter(action="plan.changed").order_by("pk")
    return [(entry.workspace_id, entry.target, entry.data) for entry in entries]


@pytest.mark.parametrize(
    ("stored", "days_left", "old", "plan"),
    [
        ("trial", 3, "trial", "pro"),
        ("trial", 3, "trial", "business"),
        ("trial", -1, "expired", "pro"),
        ("trial", -1, "expired", "business"),
        ("expired", None, "expired", "pro"),
        ("pro", None, "pro", "business"),
    ],
)
@pytest.mark.parametrize("from_test", [False, True])
def test_an_upgrade_is_audited_and_published_in_the_live_workspace(
    tenants: Tenants, stored: str, days_left: float | None, old: str, plan: str, from_test: bool
) -> None:
    put_on(tenants.workspace, stored, days_left)
    answered = change_plan(tenants.actor(tenants.twin if from_test else tenants.workspace), plan)
    assert (answered, answered.current_plan) == (tenants.workspace, plan)
    assert plans(tenants) == [(plan, None), ("", None), ("business", None), ("", None)]
    change = {"old_plan": old, "plan": plan}
    assert audit_entries() == [(tenants.workspace.pk, "acme", change)]
    assert upgrades() == [(tenants.workspace.pk, change)]


def test_a_downgrade_is_audited_and_not_published(tenants: Tenants) -> None:
    change_plan(tenants.actor(), "pro")
    assert plans(tenants)[0] == ("pro", None)
    assert audit_entries() == [(tenants.workspace.pk, "acme", {"old_plan": "business", "plan": "pro"})]
    assert not Event.unscoped.exists()


@pytest.mark.parametrize("plan", ["pro", "business"])
def test_the_plan_in_force_changes_nothing(tenants: Tenants, plan: str) -> None:
    put_on(tenants.workspace, plan)
    before = plans(tenants)
    assert change_plan(tenants.actor(), plan).current_plan == plan
    assert (plans(tenants), audit_entries(), upgrades()) == (before, [], [])


@pytest.mark.parametrize("plan", ["trial", "expired", "", "Pro", "gold"])
@pytest.mark.parametrize("days_left", [3, -1])
def test_only_pro_and_business_are_accepted(tenants: Tenants, plan: str, days_left: float) -> None:
    put_on(tenants.workspace, "trial", days_left)
    before = plans(tenants)
    with pytest.raises(DomainError) as refused:
        change_plan(tenants.actor(), plan)
    problem = refused.value.errors[0]
    assert (refused.value.code, problem.field, problem.code) == ("validation_failed", "plan", "invalid_choice")
    assert problem.detail == "the plan is pro or business"
    assert (plans(tenants), audit_entries(), upgrades()) == (before, [], [])


def test_plan_audit_entry_and_event_are_one_transaction(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("gone")

    put_on(tenants.workspace, "trial", -1)
    before = plans(tenants)
    monkeypatch.setattr("crmsolid.plans.publish", broken)
    with pytest.raises(RuntimeError, match="gone"):
        change_plan(tenants.actor(), "pro")
    assert (plans(tenants), audit_entries(), upgrades()) == (before, [], [])


@pytest.mark.parametrize("side", ["live", "test"])
def test_after_the_change_the_next_request_is_accepted(api: Api, tenants: Tenants, side: str) -> None:
    client = api(tenants.key(workspace=tenants.twin if side == "test" else tenants.workspace))
    put_on(tenants.workspace, "trial", -1)
    refused = client.get("/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_required")
    change_plan(tenants.actor(), "pro")
    answer = client.get("/v1/me")
    assert (answer.status_code, answer.json()["plan"]) == (200, "pro")


def test_messages_that_an_ended_trial_held_back_are_sent_after_the_change(tenants: Tenants) -> None:
    held = [
        services.send_message(tenants.actor(place), account_id=tenants.sandbox(place).pk, to="@alice", text="hello")
        for place in (tenants.workspace, tenants.twin)
    ]
    put_on(tenants.workspace, "trial", -1)
    assert dispatch.dispatch() == 0
    assert set(Message.unscoped.values_list("status", flat=True)) == {"queued"}
    change_plan(tenants.actor(), "pro")
    assert dispatch.dispatch() == 2
    assert dict(Message.unscoped.values_list("id", "status")) == {message.id: "sent" for message in held}


@pytest.mark.django_db(transaction=True)
def test_eight_equal_changes_at_once_are_one_change(tenants: Tenants) -> None:
    put_on(tenants.workspace, "trial", -1)
    found = run_together_catching([lambda: change_plan(tenants.actor(), "pro")] * 8)
    assert [type(each) for each in found] == [Workspace] * 8
    assert [audit_entries(), upgrades()] == [
        [(tenants.workspace.pk, "acme", {"old_plan": "expired", "plan": "pro"})],
        [(tenants.workspace.pk, {"old_plan": "expired", "plan": "pro"})],
    ]


@pytest.mark.django_db(transaction=True)
def test_two_different_changes_at_once_run_one_after_the_other(tenants: Tenants) -> None:
    put_on(tenants.workspace, "trial", 3)
    run_together_catching(
        [lambda: change_plan(tenants.actor(), "pro"), lambda: change_plan(tenants.actor(), "business")]
    )
    last = Workspace.objects.get(pk=tenants.workspace.pk).plan
    changes = [data for _, _, data in audit_entries()]
    other = Plan.BUSINESS if last == Plan.PRO else Plan.PRO
    assert changes == [{"old_plan": "trial", "plan": other}, {"old_plan": other, "plan": last}]
    assert [data for _, data in upgrades()] == [change for change in changes if change["old_plan"] != "business"]
