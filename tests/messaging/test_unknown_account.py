"""An account id that is none of the workspace's: the refusal says which ids are."""

from typing import Any

import pytest

from crmsolid.workspaces.actor import Scope
from messaging.broadcasts.models import Broadcast
from messaging.models import Account, Message
from tests.api.assertions import assert_problem
from tests.mcp.helpers import refusal
from tests.tenants import Api, Tenants

LIVE = 7421  # as in the examples of the guide
BROADCAST = {"name": "June", "text": "Hi", "audience": {"tags": ["vip"]}}
NEEDS_SCOPE = "no such account in this workspace; with the scope read:messages, {} lists those that there are"


@pytest.fixture
def account(tenants: Tenants) -> Account:
    """The sandbox account that a test workspace has from the start. The guide's account is of the live one."""
    tenants.sandbox(pk=LIVE)
    return Account.unscoped.get(workspace=tenants.twin)


def send(client: Api) -> Any:
    return client.post("/v1/messages/send", {"account_id": LIVE, "to": "@sarah", "text": "Hi"})


def broadcast(client: Api) -> Any:
    return client.post("/v1/broadcasts", {**BROADCAST, "account_ids": [LIVE]})


def read(client: Api) -> Any:
    return client.get(f"/v1/accounts/{LIVE}")


CALLS = {send: "such account", broadcast: f"account {LIVE}", read: "such account"}


@pytest.mark.parametrize("call", CALLS)
def test_a_test_key_is_told_the_account_of_the_test_side(
    api: Api, tenants: Tenants, account: Account, call: Any
) -> None:
    problem = assert_problem(call(api(tenants.key(workspace=tenants.twin))), "not_found")
    assert problem["detail"] == f"no {CALLS[call]} in this workspace; it has these: {account.pk} (Sandbox)"
    assert problem["accounts"] == [{"id": account.pk, "name": "Sandbox"}]
    assert not Message.unscoped.exists() and not Broadcast.unscoped.exists()


def test_at_most_twenty_accounts_are_listed(api: Api, tenants: Tenants, account: Account) -> None:
    more = [tenants.sandbox(tenants.twin, name=f"Number {number}") for number in range(20)]
    problem = send(api(tenants.key(workspace=tenants.twin))).json()
    shown = [account, *more[:19]]
    assert problem["accounts"] == [{"id": each.pk, "name": each.name} for each in shown]
    listed = ", ".join(f"{each.pk} ({each.name})" for each in shown)
    whole_list = f"it has these: {listed} and more: GET /v1/accounts lists all"
    assert problem["detail"] == f"no such account in this workspace; {whole_list}"


def test_a_workspace_without_accounts_says_so(api: Api, tenants: Tenants, account: Account) -> None:
    problem = send(api(tenants.key(workspace=tenants.other))).json()
    assert problem["detail"] == "no such account in this workspace, which has none; add one in the panel"
    assert problem["accounts"] == []


def test_a_key_that_may_not_read_them_is_told_what_lists_them(api: Api, tenants: Tenants, account: Account) -> None:
    token = tenants.key([Scope.WRITE_MESSAGES], workspace=tenants.twin)
    problem = assert_problem(send(api(token)), "not_found")
    assert problem["detail"] == NEEDS_SCOPE.format("GET /v1/accounts")
    assert "accounts" not in problem
    problem = refusal(token, "send_message", account_id=LIVE, to="@sarah", text="Hi")
    assert (problem["detail"], "accounts" in problem) == (NEEDS_SCOPE.format("list_accounts"), False)


def test_the_tool_says_it_to_the_assistant(tenants: Tenants, account: Account) -> None:
    token = tenants.key(workspace=tenants.twin)
    problem = refusal(token, "send_message", account_id=LIVE, to="@sarah", text="Hi", idempotency_key="1")
    assert problem["accounts"] == [{"id": account.pk, "name": "Sandbox"}]
    assert f"not_found: no such account in this workspace; it has these: {account.pk} (Sandbox)" in problem["text"]
    assert not Message.unscoped.exists()
