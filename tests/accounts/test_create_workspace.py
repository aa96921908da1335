"""The command ``create_workspace``: who becomes the owner."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmsolid.workspaces.models import Membership, Role, User, Workspace
from tests.tenants import PASSWORD, Tenants


def create(*options: str) -> Any:
    said = StringIO()
    call_command("create_workspace", "engines", "--json", *options, stdout=said)
    return json.loads(said.getvalue())


def owner_of(slug: str) -> User:
    live = Workspace.objects.get(slug=slug)
    return Membership.objects.for_workspace(live).get(role=Role.OWNER).user


def test_a_new_owner_gets_a_password(db: None) -> None:
    said = create("--owner", " Ada@Example.com")
    assert (said["owner"], said["slug"]) == ("ada@example.com", "engines")
    assert owner_of("engines").check_password(said["password"])


def test_an_account_that_exists_is_made_owner_when_asked_only(tenants: Tenants) -> None:
    with pytest.raises(CommandError, match="has an account already"):
        create("--owner", "Owner@Acme.example")
    assert not Workspace.objects.filter(slug="engines").exists()
    said = create("--owner", "Owner@Acme.example", "--existing-user")
    assert "password" not in said and owner_of("engines") == tenants.owner
    tenants.owner.refresh_from_db()
    assert tenants.owner.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("options", "problem"),
    [(["nonsense"], "not an e-mail address"), (["nobody@example.com", "--existing-user"], "there is no user")],
)
def test_who_cannot_be_owner_is_named_and_nothing_is_made(db: None, options: list[str], problem: str) -> None:
    with pytest.raises(CommandError, match=problem):
        create("--owner", *options)
    assert not Workspace.objects.exists() and not User.objects.exists()
