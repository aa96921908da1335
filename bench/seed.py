"""Fill the database of the bench: a workspace, a key and accounts whose limits are never reached. Prints JSON."""

import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

import django

django.setup()

from django.core.management import call_command

from apikeys.services import create_key
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import User
from crmsolid.workspaces.services import create_workspace
from messaging.models import Account

ACCOUNTS = 200


def seed() -> dict[str, object]:
    call_command("migrate", verbosity=0)
    owner = User.objects.create_user("bench@example.com", None)
    workspace = create_workspace(slug="bench", name="Bench", owner=owner, plan="business")
    key = create_key(Actor.command(workspace, "bench"), name="bench", scopes=ALL_SCOPES)
    type(key.key).unscoped.filter(pk=key.key.pk).update(rate_limit=2_000_000_000)
    accounts = [
        Account.unscoped.create(workspace=workspace, name=f"Account {n}", kind="sandbox", daily_limit=1_000_000)
        for n in range(ACCOUNTS)
    ]
    return {"token": key.token, "accounts": ACCOUNTS, "first_account": accounts[0].pk}


print(json.dumps(seed()))
