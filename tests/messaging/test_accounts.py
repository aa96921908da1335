"""GET /v1/accounts: the state of an account, and what is used and left of its daily limit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry, Role
from messaging import accounts, services
from messaging.models import Account, AccountState
from messaging.sending import dispatch
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import send
from tests.panel import browser
from tests.tenants import Api, Tenants


def test_account_has_the_documented_shape(api: Api, tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(name="Sales", daily_limit=5)
    ours = api(tenants.key([Scope.READ_MESSAGES]))
    expected = {
        "id": account.pk,
        "name": "Sales",
        "kind": "sandbox",
        "state": "connected",
        "paused_until": None,
        "daily_limit": 5,
        "used_today": 0,
        "left_today": 5,
        "connected_at": None,
        "heard_at": None,
        "last_error": None,
        "frozen_until": None,
        "appeal_url": None,
    }
    assert ours.get(f"/v1/accounts/{account.pk}").json() == expected
    assert ours.get("/v1/accounts").json() == {"data": [expected], "next_cursor": None}


def test_used_and_left_follow_the_last_24_hours(api: Api, tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=5)
    ours, path = api(tenants.key()), f"/v1/accounts/{account.pk}"

    def used_and_left() -> tuple[int, int]:
        answer = ours.get(path).json()
        return answer["used_today"], answer["left_today"]

    send(account)
    dispatch.dispatch()
    assert used_and_left() == (1, 4)
    planned = send(account, send_at=frozen_time.now + timedelta(hours=2))
    assert used_and_left() == (1, 3)
    services.cancel_message(tenants.actor(), planned.pk)
    assert used_and_left() == (1, 4)
    frozen_time.forward(hours=24)
    assert used_and_left() == (0, 5)


def test_left_is_never_negative(api: Api, tenants: Tenants) -> None:
    account = tenants.sandbox(daily_limit=3)
    for _ in range(3):
        send(account)
    Account.unscoped.filter(pk=account.pk).update(daily_limit=1)
    answer = api(tenants.key()).get(f"/v1/accounts/{account.pk}").json()
    assert (answer["used_today"], answer["left_today"]) == (3, 0)


def test_states(api: Api, tenants: Tenants, frozen_time: FrozenTime) -> None:
    until = frozen_time.now + timedelta(minutes=1)
    paused = tenants.sandbox(state=AccountState.PAUSED, paused_until=until)
    paused_without_end = tenants.sandbox(state=AccountState.PAUSED)
    banned = tenants.sandbox(state=AccountState.BANNED)
    ours = api(tenants.key())

    def state(account: Account) -> tuple[str, str | None]:
        answer = ours.get(f"/v1/accounts/{account.pk}").json()
        return answer["state"], answer["paused_until"]

    assert state(paused) == ("paused", rfc3339(until))
    assert state(paused_without_end) == ("paused", None)
    assert state(banned) == ("banned", None)
    frozen_time.now = until
    assert state(paused) == ("connected", None)


def test_accounts_of_another_workspace_are_not_found(api: Api, tenants: Tenants, sandbox: Account) -> None:
    other_client = api(tenants.key(workspace=tenants.other))
    assert other_client.get("/v1/accounts").json()["data"] == []
    for name in (str(sandbox.pk), "999999", str(2**63), "9" * 40, "0"):
        answer = other_client.get(f"/v1/accounts/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), name
    assert api(tenants.key([Scope.WRITE_MESSAGES])).get("/v1/accounts").json()["required_scope"] == "read:messages"


def test_test_workspace_has_a_sandbox_account(api: Api, tenants: Tenants) -> None:
    [account] = api(tenants.key(workspace=tenants.twin)).get("/v1/accounts").json()["data"]
    assert (account["name"], account["kind"], account["daily_limit"]) == ("Sandbox", "sandbox", 50)
    assert api(tenants.key()).get("/v1/accounts").json()["data"] == []


def test_pages(api: Api, tenants: Tenants) -> None:
    ids, ours = [tenants.sandbox().pk for _ in range(3)], api(tenants.key())
    first = ours.get("/v1/accounts", {"limit": 2}).json()
    rest = ours.get("/v1/accounts", {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [row["id"] for row in first["data"] + rest["data"]] == ids
    assert rest["next_cursor"] is None
    assert ours.get("/v1/accounts", {"cursor": "x"}).json()["code"] == "invalid_cursor"


def test_fifty_accounts_cost_no_more_queries_than_one(
    api: Api, tenants: Tenants, django_assert_num_queries: Callable[..., Any]
) -> None:
    ours = api(tenants.key())
    ours.get("/v1/accounts")
    send(tenants.sandbox())
    for number in (1, 50):
        # The key, the accounts, and the commit horizon, because the list is in ascending order.
        with django_assert_num_queries(3):
            assert len(ours.get("/v1/accounts").json()["data"]) == number
        for _ in range(49):
            send(tenants.sandbox())


def test_sandbox_account_can_have_a_chosen_id(tenants: Tenants) -> None:
    account = accounts.create_sandbox_account(tenants.actor(), name="Demo", account_id=7421)
    assert (account.pk, account.kind, account.daily_limit) == (7421, "sandbox", 50)
    entry = AuditEntry.unscoped.get(action="account.created", target="7421")
    assert entry.workspace_id == tenants.workspace.pk
    with pytest.raises(DomainError) as refusal:
        accounts.create_sandbox_account(tenants.actor(tenants.other), name="Demo", account_id=7421)
    assert (refusal.value.code, refusal.value.errors[0].code) == ("validation_failed", "taken")
    assert accounts.create_sandbox_account(tenants.actor(), name="Next").pk > 7421


def test_a_paused_account_sends_nothing_until_it_is_resumed(tenants: Tenants) -> None:
    account = tenants.sandbox()
    message = send(account)
    accounts.pause_account(tenants.actor(), account.pk)
    dispatch.dispatch()
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("queued", 0)
    accounts.resume_account(tenants.actor(), account.pk)
    dispatch.dispatch()
    message.refresh_from_db()
    assert message.status != "queued"
    actions = AuditEntry.unscoped.filter(target=str(account.pk)).order_by("pk")
    assert list(actions.values_list("action", "target")) == [
        ("account.paused", str(account.pk)),
        ("account.resumed", str(account.pk)),
    ]


@pytest.mark.parametrize("act", [accounts.pause_account, accounts.resume_account])
@pytest.mark.parametrize("state", [AccountState.NEEDS_LOGIN, AccountState.BANNED])
def test_an_account_that_cannot_send_is_neither_paused_nor_resumed(
    tenants: Tenants, act: Callable[..., Account], state: AccountState
) -> None:
    account = tenants.sandbox(state=state)
    with pytest.raises(DomainError) as refused:
        act(tenants.actor(), account.pk)
    account.refresh_from_db()
    assert (refused.value.code, account.state) == ("invalid_state", state)


def test_a_frozen_account_is_resumed_by_hand_and_not_paused(tenants: Tenants) -> None:
    account = tenants.sandbox(state=AccountState.FROZEN)
    message = send(account)
    with pytest.raises(DomainError) as refused:
        accounts.pause_account(tenants.actor(), account.pk)
    assert refused.value.code == "invalid_state"
    accounts.resume_account(tenants.actor(), account.pk)
    dispatch.dispatch()
    message.refresh_from_db()
    account.refresh_from_db()
    assert (account.state, message.status) == ("connected", "sent")


def test_a_pause_that_telegram_asked_for_cannot_be_ended_or_replaced(tenants: Tenants, frozen_time: FrozenTime) -> None:
    until = frozen_time.now + timedelta(minutes=5)
    account = tenants.sandbox(state=AccountState.PAUSED, paused_until=until)
    for act in (accounts.pause_account, accounts.resume_account):
        with pytest.raises(DomainError) as refused:
            act(tenants.actor(), account.pk)
        assert refused.value.code == "invalid_state"
    account.refresh_from_db()
    assert (account.state, account.paused_until) == (AccountState.PAUSED, until)


def test_the_panel_pauses_and_resumes_an_account_of_its_workspace(tenants: Tenants) -> None:
    account, foreign = tenants.sandbox(name="Sales"), tenants.sandbox(tenants.other)
    client = browser(tenants.owner)

    def post(verb: str, row: Account) -> int:
        status: int = client.post(reverse(f"admin:messaging_account_{verb}", args=[row.pk])).status_code
        return status

    page = reverse("admin:messaging_account_change", args=[account.pk])
    assert (post("pause", account), post("pause", foreign)) == (302, 404)
    assert "Resume account" in client.get(page).content.decode()
    assert (
        browser(tenants.member(Role.AGENT))
        .post(reverse("admin:messaging_account_resume", args=[account.pk]))
        .status_code
        == 403
    )
    account.refresh_from_db()
    assert account.state == AccountState.PAUSED
    assert post("resume", account) == 302
    assert "Pause account" in client.get(page).content.decode()


def test_the_use_of_the_day_is_a_meter_with_text(tenants: Tenants) -> None:
    send(tenants.sandbox(daily_limit=5))
    dispatch.dispatch()
    text = browser(tenants.owner).get(reverse("admin:messaging_account_changelist")).content.decode()
    assert 'max="5" value="1" aria-hidden="true"></meter><span class="cs-nowrap">1 of 5</span>' in text
