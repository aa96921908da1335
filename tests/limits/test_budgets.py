"""The daily budgets of a key: what counts, until when, and what a call beyond them is answered."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from apikeys.authentication import authenticate
from apikeys.models import ApiKey
from apikeys.services import rotate_key
from contacts.erasing import ledger
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.clock import SimulatedClock
from crmsolid.core.errors import DomainError
from crmsolid.limits import budgets
from crmsolid.limits.models import BudgetUse, Proposal
from crmsolid.proposals import running, services
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Membership
from messaging.models import Account, Message
from tests.mcp.helpers import answer
from tests.tenants import Api, Tenants
from tests.threads import run_together

HOUR = timedelta(hours=1)
SEND, CONTACTS = "/v1/messages/send", "/v1/contacts"


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def time() -> Any:
    with clock.simulated(clock.now().replace(microsecond=250_000)) as simulated:
        yield simulated


def contact(tenants: Tenants, username: str = "anna") -> Contact:
    return Contact.unscoped.create(workspace=tenants.workspace, username=username, username_key=username)


def send(caller: Api, account: Account, to: str = "anna", **options: Any) -> Any:
    return caller.post(SEND, {"account_id": account.pk, "to": f"@{to}", "text": "hello"}, **options)


def refused(response: Any) -> dict[str, Any]:
    assert response.status_code == 429, response.json()
    problem: dict[str, Any] = response.json()
    assert problem["code"] == "key_budget"
    return problem


def uses() -> list[tuple[int, int]]:
    return list(BudgetUse.unscoped.order_by("pk").values_list("sends", "changes"))


def test_send_is_no_change_and_a_change_is_no_send(api: Api, tenants: Tenants, account: Account) -> None:
    contact(tenants)
    caller = api(tenants.key(daily_sends=1, daily_changes=1))
    assert send(caller, account).status_code == 200
    assert caller.post(CONTACTS, {"username": "marco"}).status_code == 201
    assert uses() == [(1, 0), (0, 1)]
    refused(send(caller, account))
    refused(caller.post(CONTACTS, {"username": "third"}))
    assert uses() == [(1, 0), (0, 1)]
    assert Message.unscoped.count() == 1
    assert not Contact.unscoped.filter(username="third").exists()


def test_call_works_after_the_seconds_of_retry_after_and_not_before(
    api: Api, tenants: Tenants, account: Account, time: SimulatedClock
) -> None:
    contact(tenants)
    caller, began = api(tenants.key(daily_sends=2)), time.now
    assert send(caller, account).status_code == 200
    time.now = began + 3 * HOUR
    assert send(caller, account).status_code == 200
    time.now = began + 4 * HOUR + timedelta(milliseconds=700)
    refusal = send(caller, account)
    assert "2 of 2 messages in 24 hours are used, this needs 1 messages" in refused(refusal)["detail"]
    assert refusal["Retry-After"] == str(20 * 3600)
    time.now = began + 24 * HOUR - timedelta(milliseconds=1)
    assert refused(send(caller, account))
    time.now = began + 4 * HOUR + timedelta(milliseconds=700) + timedelta(seconds=int(refusal["Retry-After"]))
    assert send(caller, account).status_code == 200
    assert send(caller, account)["Retry-After"] == str(3 * 3600)  # until the second is a day old
    assert Message.unscoped.count() == 3


def test_retry_after_is_when_both_budgets_have_room(tenants: Tenants, time: SimulatedClock) -> None:
    actor = actor_of(tenants, tenants.key(daily_sends=1, daily_changes=1))
    began = time.now
    budgets.use(actor, sends=1)
    time.now = began + 2 * HOUR
    budgets.use(actor, changes=1)
    with pytest.raises(DomainError) as caught:
        budgets.use(actor, sends=1, changes=1)
    assert caught.value.headers == {"Retry-After": str(24 * 3600)}
    time.now = began + 24 * HOUR
    with pytest.raises(DomainError) as caught:
        budgets.use(actor, sends=1, changes=1)
    assert caught.value.headers == {"Retry-After": str(2 * 3600)}


def test_need_of_more_than_a_day_has_is_told_without_a_time(tenants: Tenants) -> None:
    actor = actor_of(tenants, tenants.key(daily_sends=3, daily_changes=0))
    for wanted in ({"sends": 4}, {"changes": 1}, {"sends": 1, "changes": 1}):
        with pytest.raises(DomainError) as caught:
            budgets.use(actor, **wanted)
        assert caught.value.code == "key_budget"
        assert caught.value.headers == {}
        assert "more than a day has" in str(caught.value)
    budgets.use(actor, sends=3)


def test_budget_of_none_at_all_refuses_the_first_call(api: Api, tenants: Tenants, account: Account) -> None:
    contact(tenants)
    refusal = send(api(tenants.key(daily_sends=0)), account)
    refused(refusal)
    assert "Retry-After" not in refusal
    assert not Message.unscoped.exists()


def test_refused_write_does_not_count(api: Api, tenants: Tenants, account: Account) -> None:
    gone = contact(tenants)
    Contact.unscoped.filter(pk=gone.pk).update(opted_out=True)
    caller = api(tenants.key(daily_sends=1))
    assert send(caller, account).status_code == 409
    assert uses() == []
    contact(tenants, "marco")
    assert send(caller, account, "marco").status_code == 200


def test_repeated_call_counts_once(api: Api, tenants: Tenants, account: Account) -> None:
    contact(tenants)
    caller = api(tenants.key(daily_sends=1))
    first = send(caller, account, idempotency_key="once")
    again = send(caller, account, idempotency_key="once")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert uses() == [(1, 0)]


def test_repeated_call_of_a_tool_counts_once(tenants: Tenants, account: Account) -> None:
    contact(tenants)
    token = tenants.key(daily_sends=1)
    arguments = {"account_id": account.pk, "to": "@anna", "text": "hello"}
    for _ in range(2):
        answer(token, "send_message", **arguments, idempotency_key="once")
    assert uses() == [(1, 0)]


def test_key_and_its_rotation_share_a_budget(api: Api, tenants: Tenants, account: Account) -> None:
    contact(tenants)
    old = tenants.key(daily_sends=1)
    assert send(api(old), account).status_code == 200
    new = rotate_key(tenants.actor(), ApiKey.unscoped.get().pk, overlap=HOUR).token
    refused(send(api(new), account))
    refused(send(api(old), account))
    other = tenants.key(daily_sends=1)
    assert send(api(other), account).status_code == 200


def test_write_that_waits_counts_once_it_is_carried_out(api: Api, tenants: Tenants, account: Account) -> None:
    contact(tenants)
    caller = api(tenants.key(daily_sends=1, approval=Approval.ALL))
    first, second = (send(caller, account).json() for _ in range(2))
    assert uses() == []
    owner = Actor.member(Membership.unscoped.get(user=tenants.owner), tenants.workspace)
    for made in (first, second):
        services.decide(owner, made["id"], approve=True)
    running.run_due()
    assert uses() == [(1, 0)]
    assert Message.unscoped.count() == 1
    ended = {each.pk: (each.status, each.problem[:10]) for each in Proposal.unscoped.all()}
    assert ended == {first["id"]: ("approved", ""), second["id"]: ("failed", "key_budget")}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("used_before", [False, True])
def test_calls_at_once_never_exceed_the_budget(api: Api, tenants: Tenants, account: Account, used_before: bool) -> None:
    """Also the very first ones."""
    names = [f"person{number}" for number in range(6)]
    for name in names:
        contact(tenants, name)
    token = tenants.key(daily_sends=3)
    if used_before:
        assert send(Api(token), account, names.pop()).status_code == 200
    answers = run_together([partial(send, Api(token), account, name) for name in names])
    statuses = sorted(each.status_code for each in answers)
    assert statuses == ([200, 200, 429, 429, 429] if used_before else [200, 200, 200, 429, 429, 429])
    assert Message.unscoped.count() == 3
    assert uses() == [(1, 0)] * 3


def test_key_without_a_budget_counts_nothing(api: Api, tenants: Tenants, account: Account) -> None:
    contact(tenants)
    assert send(api(tenants.key()), account).status_code == 200
    assert send(api(tenants.key(approval=Approval.UNTRUSTED)), account).status_code == 200
    assert uses() == []


def actor_of(tenants: Tenants, token: str) -> Actor:
    return authenticate(token).actor("rest", None)


def test_write_beyond_the_budget_is_refused_before_anything_is_done(api: Api, tenants: Tenants) -> None:
    """What is erased is also written where no transaction undoes it."""
    person = contact(tenants)
    refused(api(tenants.key(daily_changes=0)).delete(f"{CONTACTS}/{person.pk}"))
    assert ledger.last_erasure(person) is None
    assert Contact.unscoped.filter(pk=person.pk).exists()


def test_key_is_told_its_limits_and_what_is_left(api: Api, tenants: Tenants, account: Account) -> None:
    contact(tenants)
    token = tenants.key(account_ids=[account.pk], daily_sends=3, daily_changes=0, approval="untrusted")
    assert send(api(token), account).status_code == 200
    expected = {
        "account_ids": [account.pk],
        "segment_id": None,
        "daily_sends": 3,
        "daily_sends_left": 2,
        "daily_changes": 0,
        "daily_changes_left": 0,
        "approval": "untrusted",
    }
    assert api(token).get("/v1/me").json()["limits"] == expected
    limits = answer(token, "whoami")["limits"]
    assert {name: limits[name] for name in expected} == expected


def test_key_without_limits_is_told_so_without_a_query_for_them(
    api: Api, tenants: Tenants, django_assert_num_queries: Any
) -> None:
    actor = actor_of(tenants, tenants.key())
    with django_assert_num_queries(0):
        assert budgets.left(actor.workspace, actor.limits) == {"sends": None, "changes": None}
    limits = api(tenants.key()).get("/v1/me").json()["limits"]
    assert limits.pop("approval") == "none"
    assert set(limits.values()) == {None}
