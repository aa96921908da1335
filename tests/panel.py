"""Helpers of the panel tests: workspaces with rows of every kind, and a browser that is logged in."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.test import Client
from django.urls import reverse

from apikeys.models import KeyUse
from apikeys.services import create_key, rotate_key
from apikeys.uses import hour_began
from contacts.models import (
    AssistantChange,
    Contact,
    ContactColumns,
    ContactImport,
    ContactNote,
    ContactTag,
    CustomField,
    ScoreEntry,
    ScoringRule,
    Segment,
)
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.events.models import Event
from crmsolid.jobs.models import Job
from crmsolid.limits.models import Proposal
from crmsolid.oauth.models import Application, Grant
from crmsolid.panel.components.admin_base import TenantAdmin
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import Invitation, Membership, User, Workspace
from crmsolid.workspaces.scoping import WorkspaceModel
from crmsolid.workspaces.sessions import recent_writes
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Account, Alert, File, Message, MessageAttempt, OptOutWord, Template, Thread
from sequences.models import Enrollment, Sequence, SequenceVersion, Step, StepRun
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.secrets import encrypt_secret

# Every model page of the panel.
PAGES: list[TenantAdmin] = list(admin.site._registry.values())  # type: ignore[arg-type]


def listing(page: TenantAdmin) -> str:
    """The address of the list of a model page."""
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")


@dataclass
class Belongings:
    """The rows of one workspace. Each text of theirs contains ``mark``."""

    workspace: Workspace
    mark: str
    rows: list[WorkspaceModel] = field(default_factory=list)

    def of(self, model: type[models.Model]) -> Any:
        return next(row for row in self.rows if isinstance(row, model))


def furnish(workspace: Workspace, mark: str) -> Belongings:
    """Create at least one row of every kind that the panel shows."""
    actor = Actor.command(workspace, f"{mark} shell")
    made = Belongings(workspace, mark)
    contact = _add(made, Contact(name=f"{mark} Person", email=f"{mark}@example.com", search=f"{mark} person"))
    account = _add(made, Account(name=f"{mark} account", kind="sandbox"))
    thread = _add(made, Thread(account=account, contact=contact))
    message = _add(
        made,
        Message(
            account=account,
            thread=thread,
            contact=contact,
            direction="out",
            status="sent",
            text=f"{mark} text",
            telegram_message_id=2,
        ),
    )
    _add(made, MessageAttempt(message=message, number=1, outcome="sent", error=mark))
    name = default_storage.save(f"{workspace.pk}/{mark}", ContentFile(b"content"))
    file = {"name": f"{mark}.txt", "type": "text/plain", "kind": "document", "size": 7, "sha256": "0" * 64}
    _add(made, File(**file, storage_name=name, thumbnail_name=name, processed_at=clock.now()))
    _add(made, ContactTag(contact=contact, name=f"{mark} tag"))
    _add(made, ContactNote(contact=contact, author_label=f"{mark} author", text=f"{mark} note"))
    change = {"author_kind": "assistant", "author_name": f"{mark} assistant", "session": mark, "field": "name"}
    _add(made, AssistantChange(contact=contact, **change, old=f"{mark} old", new=f"{mark} Person"))
    _add(made, Template(name=f"{mark} template", text=f"{mark} text"))
    _add(made, OptOutWord(word=f"{mark} stop"))
    _add(made, CustomField(key=f"{mark}_field", label=f"{mark} label", type="choice", choices=[mark]))
    segment_filter = {"field": "tag", "op": "is", "value": f"{mark} tag"}
    _add(made, Segment(name=f"{mark} segment", filter=segment_filter))
    rule = _add(made, ScoringRule(name=f"{mark} rule", trigger="tag", value=f"{mark} tag", points=5))
    _add(
        made, ScoreEntry(contact=contact, rule=rule, key="once", points=5, cause=f"tag {mark}", occurred_at=clock.now())
    )
    _add(made, Job(kind="webhooks.replay", scope="write:contacts", errors=[{"reason": mark}]))
    _add(made, ContactImport(name=f"{mark}.csv", columns=["email"], mapping={"email": "email"}, row_count=1))
    event_id = new_id("evt")
    body = {"event": "contact.created", "id": event_id, "created_at": "2026-06-04T09:00:00Z", "data": {"name": mark}}
    event = Event(id=event_id, type="contact.created", body=json.dumps(body).encode(), contact_id=contact.pk)
    event.position = Event.unscoped.count() + 1
    _add(made, event)
    hook = Endpoint(workspace=actor.workspace, url=f"https://{mark}.example.com/hook", events=["contact.created"])
    hook.secret = encrypt_secret(hook, "secret", mark)
    endpoint = _add(made, hook)
    delivery = _add(
        made, Delivery(event=event, endpoint=endpoint, event_type=event.type, status="succeeded", attempts=1)
    )
    _add(made, Attempt(delivery=delivery, number=1, url=endpoint.url, status=200, answer_body=mark))
    made.rows.append(audit.record(actor, f"{mark}.done", contact.pk, mark=mark))
    old = create_key(actor, name=f"{mark} key", scopes=ALL_SCOPES).key
    made.rows += [old, rotate_key(actor, old.id, overlap=timedelta(hours=1)).key]
    _add(made, KeyUse(key=old, hour=hour_began(), call=f"GET /v1/{mark}", code="", requests=1))
    _add_sequence(made, contact, account, message)
    broadcast = Broadcast(name=f"{mark} broadcast", text=f"{mark} news", status="running", account_ids=[account.pk])
    broadcast.starts_at = broadcast.frozen_at = clock.now()
    _add(made, broadcast)
    _add(made, Recipient(broadcast=broadcast, contact=contact, message=message, account=account, status="sent"))
    application = Application.objects.create(name=f"{mark} client", redirect_uris=f"https://{mark}.example.com/")
    member = Membership.objects.for_workspace(workspace.owner_workspace).first().user
    _add(made, Grant(user=member, application=application, client_name=f"{mark} assistant", scopes=["read:contacts"]))
    _add(made, ContactColumns(user=member, columns=["email"]))
    asker = {"holder": old.id, "asker_kind": "key", "asker_id": old.id, "asker_name": f"{mark} helper"}
    call = {"account_id": account.pk, "contact_id": contact.pk, "text": f"{mark} proposed"}
    because = [{"contact_id": contact.pk, "read_at": clock.rfc3339(clock.now())}]
    proposed = Proposal(**asker, operation="send_message", arguments=call, scopes=["write:messages"], because=because)
    proposed.contact_id, proposed.reason, proposed.expires_at = contact.pk, "read_somebody_else", later(1)
    _add(made, proposed)
    _add(made, Alert(user=member, thread=message.thread, kind="message", about=message.pk))
    if workspace == workspace.owner_workspace:
        # Without the mark: the members of the live workspace are shown in test mode too.
        number = Invitation.unscoped.count()
        invited = {"email": f"invited{number}@{workspace.slug}.example", "role": "agent", "digest": f"{mark} digest"}
        _add(made, Invitation(**invited, expires_at=later(7)))
    made.rows += list(Membership.objects.for_workspace(workspace.owner_workspace))
    return made


def _add_sequence(made: Belongings, contact: Contact, account: Account, message: Message) -> None:
    mark, now = made.mark, clock.now()
    sequence = _add(made, Sequence(name=f"{mark} sequence", status="active", version=1))
    version = _add(made, SequenceVersion(sequence=sequence, number=1, account_ids=[account.pk], stop_on=["reply"]))
    for position, key in enumerate(("first", "second")):
        delay = timedelta(days=position)
        _add(made, Step(version=version, position=position, key=key, delay=delay, text=f"{mark} {key}"))
    common = {"sequence": sequence, "version": version, "contact": contact, "account": account}
    due = now + timedelta(days=1)
    enrollment = _add(made, Enrollment(**common, step_key="second", anchor_at=now, next_run_at=due))
    run = StepRun(enrollment=enrollment, version=version, step_key="first", message=message, outcome="sent")
    run.handled, run.settled_at = True, now
    _add(made, run)


def _add(made: Belongings, row: Any) -> Any:
    row.workspace = made.workspace
    row.save()
    made.rows.append(row)
    return row


def words(answer: Any) -> str:
    """The HTML of a page without the elements that keep the direction of a name apart from that of its line."""
    return re.sub("</?bdi>", "", answer.getvalue().decode())


class TestSideClient(Client):
    """Looks at the test side of a workspace: an address of a live page is that of the test page."""

    def generic(self, method: str, path: Any, *args: Any, **kwargs: Any) -> Any:
        return super().generic(method, path.replace("/panel/live/", "/panel/test/"), *args, **kwargs)


def browser(user: User, workspace: Workspace | None = None) -> Client:
    """A client that is logged in and looks at ``workspace``, which its session names, as a forged session could."""
    is_test = workspace is not None and workspace.mode == "test"
    client = (TestSideClient if is_test else Client)(headers={"user-agent": "tests"})
    client.force_login(user)
    first = user.memberships.order_by("workspace__name").first()
    shown = workspace.owner_workspace if workspace else first and first.workspace
    if shown is not None:
        session = client.session
        session["workspace"] = shown.pk
        session.save()
    for membership in user.memberships.all():  # seen a moment ago: no page has to note it, and queries can be counted
        recent_writes().is_due(f"{client.session.session_key}:{membership.pk}")
    return client


def moment(at: datetime) -> str:
    """How a page shows a time, up to the end of its element."""
    return f">{at.day} {at:%b %Y %H:%M}</time>"


def contact_form(**changes: Any) -> dict[str, Any]:
    """What a browser posts to change details of a contact that had none of them before."""
    return {"do": "edit", **changes}


def stage_form(stage: str) -> dict[str, Any]:
    """What a browser posts to change the stage of a contact."""
    return {"do": "stage", "stage": stage}


def later(days: float) -> Any:
    return clock.now() + timedelta(days=days)


def flash_messages(response: Any) -> list[str]:
    """The messages that this response leaves for the next page."""
    return [str(message) for message in get_messages(response.wsgi_request)]
