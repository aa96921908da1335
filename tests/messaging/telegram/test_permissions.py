"""Adding and logging out accounts is for admins and owners. A refusal changes nothing and asks Telegram nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor, Subject
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from crmsolid.workspaces.scopes import ALL_SCOPES
from messaging.models import Account, LoginAttempt, TelegramSession
from messaging.telegram import services
from tests.messaging.telegram.helpers import ANNA, SHOP, begin
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants

Call = Callable[[Actor, LoginAttempt, Account], Any]

SERVICES: dict[str, Call] = {
    "begin_login": lambda actor, attempt, account: services.begin_login(actor, phone=ANNA),
    "resend_code": lambda actor, attempt, account: services.resend_code(actor, attempt_id=attempt.pk),
    "reset_login_email": lambda actor, attempt, account: services.reset_login_email(actor, attempt_id=attempt.pk),
    "submit_code": lambda actor, attempt, account: services.submit_code(actor, attempt_id=attempt.pk, code="1"),
    "submit_password": lambda actor, attempt, account: services.submit_password(
        actor, attempt_id=attempt.pk, password="1"
    ),
    "login_in_progress": lambda actor, attempt, account: services.login_in_progress(actor, attempt_id=attempt.pk),
    "cancel_login": lambda actor, attempt, account: services.cancel_login(actor, attempt_id=attempt.pk),
    "logout": lambda actor, attempt, account: services.logout(actor, account_id=account.pk),
}


def member(tenants: Tenants, role: Role) -> Actor:
    return Actor.member(Membership.unscoped.get(user=tenants.member(role)), tenants.workspace)


def key(tenants: Tenants) -> Actor:
    """A key with every scope; a key has no role."""
    return Actor(tenants.workspace, Subject("key", "1", "tests"), ALL_SCOPES, None, "rest")


def stored() -> list[Any]:
    """All rows that the services could change."""
    models = (Account, TelegramSession, LoginAttempt, AuditEntry)
    return [list(model.unscoped.order_by("pk").values()) for model in models]


@pytest.fixture
def attempt(server: TelegramServer, actor: Actor) -> LoginAttempt:
    return begin(actor)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("who", ["viewer", "agent", "key"])
def test_refusal_changes_nothing(
    who: str, name: str, tenants: Tenants, server: TelegramServer, attempt: LoginAttempt, shop: Account
) -> None:
    actor = key(tenants) if who == "key" else member(tenants, Role(who))
    rows, requests = stored(), server.counts()
    with pytest.raises(DomainError) as refused:
        SERVICES[name](actor, attempt, shop)
    assert (refused.value.code, refused.value.detail) == ("forbidden", "only admins and owners may do this")
    assert (stored(), server.counts()) == (rows, requests)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_admins_and_owners_may_log_in_and_out(role: Role, tenants: Tenants, server: TelegramServer) -> None:
    actor = member(tenants, role)
    attempt = begin(actor, SHOP)
    services.resend_code(actor, attempt_id=attempt.pk)
    assert services.login_in_progress(actor, attempt_id=attempt.pk).phone == SHOP
    account = services.submit_code(actor, attempt_id=attempt.pk, code=server.login_code(SHOP))
    assert isinstance(account, Account)
    services.cancel_login(actor, attempt_id=begin(actor, ANNA).pk)
    assert services.logout(actor, account_id=account.pk) == "ended"
    assert AuditEntry.unscoped.filter(action="telegram.logged_out", subject_label=actor.subject.label).count() == 1
