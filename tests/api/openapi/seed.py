"""Write an object of each kind into an empty database, and print a key for them and their ids by collection."""

import json
from io import BytesIO
from typing import Any

import django

django.setup()

from apikeys.services import create_key  # noqa: E402
from contacts import notes  # noqa: E402
from contacts.segments.services import create_segment  # noqa: E402
from contacts.services import tag_contact  # noqa: E402
from crmsolid.core import clock  # noqa: E402
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Subject  # noqa: E402
from crmsolid.workspaces.models import User  # noqa: E402
from crmsolid.workspaces.services import create_workspace  # noqa: E402
from messaging.accounts import create_sandbox_account  # noqa: E402
from messaging.files.services import upload  # noqa: E402
from messaging.services import send_message  # noqa: E402
from messaging.texts import create_template  # noqa: E402
from tests.sequences import helpers  # noqa: E402
from webhooks.replays import replay_failed, send_ping  # noqa: E402
from webhooks.services import create_endpoint  # noqa: E402


def seed() -> dict[str, Any]:
    owner = User.objects.create_user("owner@example.com", None)
    workspace = create_workspace(slug="fuzz", name="Fuzz", owner=owner, plan="business")
    actor = Actor.command(workspace, "fuzz")
    account = create_sandbox_account(actor, name="Sandbox", daily_limit=200)
    message = send_message(actor, account_id=account.pk, to="@sarah_miller", text="Hello")
    tag_contact(actor, message.contact_id, add=["vip"])
    endpoint = create_endpoint(actor, url="https://hooks.example.com/crm", events=["message.sent"]).endpoint
    sequence = helpers.create(account)
    issued = create_key(actor, name="Fuzz", scopes=ALL_SCOPES, rate_limit=100_000)
    by_key = Actor(workspace, Subject("key", issued.key.id, issued.key.name), ALL_SCOPES, None, "rest")
    ids = {
        "accounts": account.pk,
        "messages": message.pk,
        "contacts": message.contact_id,
        "templates": create_template(actor, name="Welcome", text="Hello").pk,
        "threads": message.thread_id,
        "notes": notes.add_note(by_key, message.contact_id, text="Called").pk,
        "files": upload(actor, BytesIO(b"Hello"), "hello.txt").pk,
        "webhooks": endpoint.pk,
        "deliveries": send_ping(actor, endpoint.pk).pk,
        "jobs": replay_failed(actor, endpoint.pk, since=clock.now()).pk,
        "segments": create_segment(actor, name="Vips", filter={"field": "tag", "op": "is", "value": "vip"}).segment.pk,
        "sequences": sequence.pk,
        "tags": "vip",
        "enrollments": helpers.enroll(sequence, helpers.contact(workspace, "enrolled")).pk,
    }
    return {"token": issued.token, "ids": ids}


print(json.dumps(seed()))
