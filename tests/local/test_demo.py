import pytest

from apikeys.models import ApiKey
from crmsolid.local import demo
from crmsolid.local.message import message
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.scopes import Scope
from messaging.models import Account
from messaging.services import create_sandbox_account
from tests.tenants import Api, Tenants


@pytest.fixture(autouse=True)
def no_chosen_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(demo.PASSWORD_VARIABLE, raising=False)


def test_first_start_creates_what_the_api_guide_needs(db: None, api: Api) -> None:
    made = demo.ensure_demo()
    live = Workspace.objects.get(slug="demo")
    assert (live.plan, made.account_id) == ("business", 7421)
    account = Account.objects.for_workspace(live).get()
    assert (account.pk, account.kind) == (7421, "sandbox")
    assert made.password is not None and User.objects.get(email="owner@example.com").check_password(made.password)
    for token, mode in ((made.live_token, "live"), (made.test_token, "test")):
        assert api(token).get("/v1/me").json()["mode"] == mode
    assert {tuple(key.scopes) for key in ApiKey.unscoped.all()} == {tuple(scope.value for scope in Scope)}


def test_later_start_creates_nothing_and_knows_no_secret(db: None) -> None:
    first = demo.ensure_demo()
    again = demo.ensure_demo()
    assert again == demo.Demo(first.live_prefixes, first.test_prefixes)
    assert ApiKey.unscoped.count() == 2


def test_password_can_come_from_the_environment(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(demo.PASSWORD_VARIABLE, "a chosen password")
    made = demo.ensure_demo()
    assert made.password is None
    assert User.objects.get(email="owner@example.com").check_password("a chosen password")
    assert "as set in CRMSOLID_DEMO_PASSWORD" in message("http://127.0.0.1:8000", made)


def test_account_gets_another_number_where_7421_is_taken(tenants: Tenants) -> None:
    create_sandbox_account(tenants.actor(), name="Sandbox", account_id=7421)
    made = demo.ensure_demo()
    assert made.account_id != 7421
    assert Account.unscoped.get(pk=made.account_id).workspace.slug == "demo"


def test_repr_holds_no_secret(db: None) -> None:
    made = demo.ensure_demo()
    assert made.live_token and made.live_token not in repr(made)
    assert made.password and made.password not in repr(made)
