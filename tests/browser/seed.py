"""``python -m tests.browser.seed`` fills the database of this environment for the browser tests. It prints, as JSON,
the workspaces that it made, with a session of a member of each role, and the ids of the rows."""

import json
from dataclasses import replace
from typing import Any

import django

PASSWORD = "a long browser password"
# Each test that changes something has a workspace of its own.
WORKSPACES = (
    "furnished",
    "full",
    "new",
    "keys",
    "webhooks",
    "sides",
    "inbox",
    "outages",
    "waiting",
    "people",
    "telegram",
    "first",
    "sequences",
    "broadcasts",
    "contacts",
    "figures",
    "approvals",
)
FULL = 51  # rows of each kind: one more than a page of a list shows


def main() -> None:
    django.setup()
    from django.contrib.auth.hashers import make_password
    from django.db import transaction
    from django.test import override_settings

    from contacts.models import ContactColumns, ContactTag
    from crmsolid.events.models import Event, Feed
    from crmsolid.workspaces.models import Invitation, Membership, Role, User
    from tests.browser.longest import lengthen
    from tests.panel import furnish

    password = make_password(PASSWORD)
    workspaces = {slug: _workspace(slug, password) for slug in WORKSPACES}
    furnished, full = workspaces["furnished"]["workspace"], workspaces["full"]["workspace"]
    sides = {"live": furnished, "test": furnished.twin}
    made = {side: furnish(workspace, f"zebra{side}") for side, workspace in sides.items()}
    lengthen(made["live"].rows)
    rows = {side: _ids(each.rows) for side, each in made.items()}
    for side, each in made.items():
        rows[side]["tag"] = each.of(ContactTag).name
    rows["live"] |= _rows_of_pages(furnished, rows["live"])
    # furnish() hashes a client's secret each time, which takes a tenth of a second with the real hasher.
    wanderer = User.objects.get(email="owner@sides.example")
    Membership.unscoped.create(workspace=workspaces["keys"]["workspace"], user=wanderer, role=Role.ADMIN)
    with transaction.atomic(), override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        for number in range(FULL):
            furnish(full, f"person{number:02}")
            # The next call makes these again, and there is one for each address and for each member.
            ContactColumns.unscoped.filter(workspace=full).delete()
            fresh = Invitation.unscoped.filter(workspace=full, email__startswith="invited@")
            fresh.update(email=f"invited{number:02}@full.example")
    # The rows have positions already; the product goes on from there.
    Feed.objects.update_or_create(id=1, defaults={"last_position": Event.unscoped.count()})
    for workspace in workspaces.values():
        workspace["workspace"] = workspace["workspace"].pk
    print(json.dumps({"workspaces": workspaces, "rows": rows}))


def _workspace(slug: str, password: str) -> dict[str, Any]:
    """A workspace with a member of each role, their sessions, a sandbox account and a key."""
    from apikeys.services import create_key
    from crmsolid.workspaces.actor import ALL_SCOPES, Actor
    from crmsolid.workspaces.limits import Approval
    from crmsolid.workspaces.models import Membership, Plan, Role, User
    from crmsolid.workspaces.services import create_workspace
    from messaging.accounts import create_sandbox_account
    from tests.panel import browser
    from tests.sequences.helpers import create

    users = {role: User(email=f"{role}@{slug}.example", password=password) for role in Role.values}
    for user in users.values():
        user.save()
    plan = Plan.TRIAL if slug == "new" else Plan.BUSINESS
    workspace = create_workspace(slug=slug, name=slug.capitalize(), owner=users[Role.OWNER], plan=plan)
    for role, user in users.items():
        if role != Role.OWNER:
            Membership.unscoped.create(workspace=workspace, user=user, role=role)
    sessions = {role: browser(user).cookies["sessionid"].value for role, user in users.items()}
    made = {"workspace": workspace, "sessions": sessions, "emails": {role: user.email for role, user in users.items()}}
    if slug in ("new", "furnished", "full", "telegram", "first"):
        return made
    actor = Actor.command(workspace, "tests")
    account = create_sandbox_account(actor, name="Sandbox", daily_limit=1000 if slug in ("inbox", "outages") else None)
    token = create_key(actor, name="seeded key", scopes=ALL_SCOPES).token
    held = ""
    if slug == "approvals":  # a key all of whose writes wait
        held = create_key(actor, name="Sales helper", scopes=ALL_SCOPES, approval=Approval.ALL).token
    sequence = create(account, steps=[{"id": "hello", "text": "Hello {name}"}]).pk if slug == "figures" else ""
    # Ten of its sends are kept for direct messages, so a broadcast has two.
    small = create_sandbox_account(actor, name="Small", daily_limit=12).pk if slug == "broadcasts" else 0
    media = _conversation_with_media(account) if slug == "inbox" else ""
    more = {"account": account.pk, "small": small, "token": token, "held": held, "sequence": sequence, "media": media}
    return {**made, **more}


def _conversation_with_media(account: Any) -> str:
    """A contact who has sent an album, two voice messages, a video and a round one."""
    import io

    from PIL import Image

    from crmsolid.core import clock
    from messaging.models import Thread
    from messaging.threads.incoming import Incoming
    from messaging.threads.received import receive
    from tests.browser.media import add_media, picture, voice
    from tests.browser.video import video

    message = receive(account, Incoming(1, "Hello", clock.now(), username="media", name="Vera Voice"))
    assert message is not None
    thread = Thread.unscoped.get(pk=message.thread_id)
    add_media(thread, [("photo", f"{name}.jpg", picture(300, 200)) for name in ("one", "two", "three")])
    for seconds in (24, 12):
        add_media(thread, [("voice", "voice.ogg", voice(seconds))])
    moving = video(Image.open(io.BytesIO(picture(160, 160))), 20)
    for kind in ("video", "video_note"):
        add_media(thread, [(kind, f"{kind}.mp4", moving)])
    return str(thread.pk)


def _rows_of_pages(workspace: Any, rows: dict[str, str]) -> dict[str, str]:
    """Rows for pages that show rows of one kind only, by the names of their addresses."""
    from contacts.models import ScoringRule
    from contacts.scoring.definition import definition_of
    from contacts.scoring.services import preview_rule
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.models import Membership, Role
    from messaging.broadcasts.definition import Definition
    from messaging.broadcasts.models import Broadcast
    from messaging.broadcasts.services import save_draft

    actor = Actor.member(Membership.unscoped.get(workspace=workspace, role=Role.OWNER), workspace)
    rule = ScoringRule.objects.for_workspace(workspace).get()
    draft = Definition.of(Broadcast.objects.for_workspace(workspace).get())
    audience = {"contact_ids": [rows["contacts.contact"]]}
    return {
        "admin:contacts_scoringrule_preview": preview_rule(actor, definition_of(rule), rule_id=rule.pk).pk,
        "admin:messaging_broadcast_preview": save_draft(actor, replace(draft, audience=audience)).pk,
    }


def _ids(rows: list[Any]) -> dict[str, str]:
    """The id of the first row of each model, by the model's label."""
    ids: dict[str, str] = {}
    for row in rows:
        ids.setdefault(row._meta.label_lower, str(row.pk))
    return ids


if __name__ == "__main__":
    main()
