"""The ``demo`` workspace: the first start creates it, later starts describe it."""

import os
import secrets
from dataclasses import dataclass, field

from django.db import transaction

from apikeys.models import ApiKey
from apikeys.services import create_key
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Mode, Plan, User, Workspace
from crmsolid.workspaces.scopes import ALL_SCOPES
from crmsolid.workspaces.services import create_workspace
from messaging.services import create_sandbox_account

OWNER = "owner@example.com"
ACCOUNT_ID = 7421  # the account in the requests of the API guide
PASSWORD_VARIABLE = "CRMSOLID_DEMO_PASSWORD"


@dataclass(frozen=True, slots=True)
class Demo:
    """The tokens are known at the first start only. So is ``password``, which stays None if the owner existed before or
    the password came from the environment."""

    live_prefixes: list[str]
    test_prefixes: list[str]
    account_id: int = ACCOUNT_ID
    password: str | None = field(default=None, repr=False)
    live_token: str = field(default="", repr=False)
    test_token: str = field(default="", repr=False)


@transaction.atomic
def ensure_demo() -> Demo:
    """Create the workspace, its owner, a sandbox account, a live and a test key, unless the workspace exists."""
    existing = Workspace.objects.filter(slug="demo", mode=Mode.LIVE).first()
    if existing is not None:
        return Demo(_prefixes(existing), _prefixes(existing.twin))
    owner, password = User.objects.filter(email=OWNER).first(), None
    if owner is None:
        chosen = os.environ.get(PASSWORD_VARIABLE, "")
        password = None if chosen else secrets.token_urlsafe(12)
        owner = User.objects.create_user(OWNER, chosen or password, name="Demo Owner")
    live = create_workspace(slug="demo", name="Demo", owner=owner, plan=Plan.BUSINESS)
    actor = Actor.command(live, "run")
    try:
        account = create_sandbox_account(actor, name="Sandbox", account_id=ACCOUNT_ID)
    except DomainError:  # another workspace of this database has the number; nothing was written
        account = create_sandbox_account(actor, name="Sandbox")
    live_key, test_key = (
        create_key(Actor.command(workspace, "run"), name="first key", scopes=ALL_SCOPES, created_by=owner)
        for workspace in (live, live.twin)
    )
    prefixes = [live_key.key.prefix], [test_key.key.prefix]
    return Demo(*prefixes, account.pk, password, live_key.token, test_key.token)


def _prefixes(workspace: Workspace) -> list[str]:
    keys = ApiKey.objects.for_workspace(workspace).order_by("created_at")
    return [key.prefix for key in keys if key.state == "active"]
