"""Signing up, passwords and the profile, without pages."""

import re
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import connection

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces import accounts, email
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.invitations import accept_as_new_user, digest_of, invite_member
from crmsolid.workspaces.models import AuditEntry, Membership, Mode, Plan, Role, User, Workspace
from crmsolid.workspaces.services import TRIAL
from tests.tenants import Tenants
from tests.threads import run_together_catching

NEW = "a wholly new password"


def sign_up(**changes: Any) -> tuple[User, Workspace] | None:
    given = {"name": "Ada", "email": "Ada@Example.com ", "password": NEW, "workspace": "Ada & Sons"}
    return accounts.sign_up(**{**given, "ip": "203.0.113.1", **changes})


def problem(error: pytest.ExceptionInfo[DomainError]) -> tuple[str, list[str]]:
    return error.value.code, [each.field for each in error.value.errors]


def test_signing_up_makes_a_user_and_a_workspace_on_trial_with_its_twin(db: None) -> None:
    before = clock.now()
    made = sign_up()
    assert made is not None
    user, live = made
    assert (user.email, user.name, user.check_password(NEW)) == ("ada@example.com", "Ada", True)
    assert (live.slug, live.name, live.plan, live.twin.mode) == ("ada-sons", "Ada & Sons", Plan.TRIAL, Mode.TEST)
    assert live.trial_ends_at is not None and live.trial_ends_at - before >= TRIAL
    assert Membership.objects.for_workspace(live).get().role == Role.OWNER
    entry = AuditEntry.objects.for_workspace(live).get(action="user.signed_up")
    assert (entry.subject_label, entry.ip, entry.data) == ("ada@example.com", "203.0.113.1", {})


@pytest.mark.parametrize("name", ["Acme", "Привет", "x-test", "-test", "a" * 100])
def test_each_name_of_a_workspace_gets_a_free_slug(tenants: Tenants, name: str) -> None:
    first, second = sign_up(workspace=name), sign_up(workspace=name, email="b@example.com")
    assert first is not None and second is not None
    assert first[1].slug != second[1].slug
    assert first[1].name == second[1].name == name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nonsense"}, "email"),
        ({"email": f"{'a' * 250}@example.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "elevenchars"}, "password"),
        ({"password": "qwerty123456"}, "password"),
        ({"password": "x" * 1001}, "password"),
        ({"workspace": " "}, "workspace"),
        ({"workspace": "x" * 101}, "workspace"),
        ({"name": "x" * 151}, "name"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_what_is_wrong_with_a_sign_up_is_named_and_nothing_is_made(
    db: None, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(DomainError) as error:
        sign_up(**changes)
    assert problem(error) == ("validation_failed", [field])
    assert not User.objects.exists() and not Workspace.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_signing_up_twice_at_once_makes_one_user() -> None:
    results = run_together_catching([partial(sign_up) for _ in range(4)])
    assert sorted(type(each).__name__ for each in results) == ["NoneType"] * 3 + ["tuple"]
    assert (User.objects.count(), Workspace.objects.count(), Membership.unscoped.count()) == (1, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_the_password_is_hashed_outside_of_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def watched(password: str) -> str:
        seen.append(connection.in_atomic_block)
        return make_password(password)

    tenants = Tenants()
    owner = Actor.member(Membership.objects.for_workspace(tenants.workspace).get(), tenants.workspace)
    invited = invite_member(owner, email="new@example.com", role="agent", link=str)
    monkeypatch.setattr("crmsolid.workspaces.accounts.make_password", watched)
    assert sign_up() is not None
    assert accept_as_new_user(digest_of(invited.link), name="New", password=NEW, ip=None).user.check_password(NEW)
    assert seen == [False, False]


def reset_link(tenants: Tenants, address: str = "owner@acme.example") -> tuple[str, str]:
    """The two parts of the link that is e-mailed."""
    accounts.request_password_reset(address, lambda uid, token: f"https://x/{uid}/{token}/")
    assert email.send_due() == 1
    found = re.search(r"https://x/([^/]+)/([^/]+)/", str(mail.outbox[-1].body))
    assert found is not None and mail.outbox[-1].to == [tenants.owner.email]
    return found[1], found[2]


@pytest.mark.parametrize("address", ["nobody@acme.example", "nonsense", ""])
def test_no_e_mail_goes_to_an_address_without_an_account(tenants: Tenants, address: str) -> None:
    accounts.request_password_reset(address, lambda uid, token: "https://x/")
    assert email.send_due() == 0


@pytest.mark.parametrize("uid", ["", "x", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw", "é"])
def test_a_made_up_link_is_nobodys(tenants: Tenants, uid: str) -> None:
    _, token = reset_link(tenants)
    assert accounts.user_of_reset_link(uid, token) is None
    assert accounts.user_of_reset_link("MQ", "x-y") is None


@pytest.mark.django_db(transaction=True)
def test_of_two_passwords_for_one_link_one_is_set() -> None:
    tenants = Tenants()
    uid, token = reset_link(tenants)
    users = [user for _ in range(3) if (user := accounts.user_of_reset_link(uid, token))]
    words = [f"{NEW} {number}" for number in range(3)]
    calls = [partial(accounts.reset_password, user, word, ip=None) for user, word in zip(users, words, strict=True)]
    results = run_together_catching(calls)
    assert [each for each in results if not isinstance(each, DomainError)] == [0]
    assert {each.code for each in results if isinstance(each, DomainError)} == {"invalid_state"}
    assert AuditEntry.objects.for_workspace(tenants.workspace).filter(action="user.password_reset").count() == 1


def test_the_profile_is_changed_and_audited_without_what_was_written(tenants: Tenants) -> None:
    new: dict[str, Any] = {
        "name": "  Ada   Lovelace ",
        "time_zone": "Europe/Berlin",
        "theme": "dark",
        "single_keys": False,
    }
    accounts.update_profile(tenants.owner, **new, ip=None)
    accounts.update_profile(tenants.owner, **new, ip=None)
    tenants.owner.refresh_from_db()
    user = tenants.owner
    assert (user.name, user.time_zone, user.theme, user.single_keys) == ("Ada Lovelace", "Europe/Berlin", "dark", False)
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="user.changed")
    assert entry.data == {"fields": ["name", "time_zone", "theme", "single_keys"]}


@pytest.mark.parametrize(
    ("changes", "field"), [({"time_zone": "Mars/Base"}, "time_zone"), ({"theme": "pink"}, "theme")]
)
def test_a_wrong_profile_changes_nothing(tenants: Tenants, changes: dict[str, str], field: str) -> None:
    with pytest.raises(DomainError) as error:
        wrong = {"name": "New", "time_zone": "", "theme": "dark", **changes}
        accounts.update_profile(tenants.owner, **wrong, single_keys=True, ip=None)
    assert problem(error) == ("validation_failed", [field])
    assert User.objects.get(pk=tenants.owner.pk).name == ""
