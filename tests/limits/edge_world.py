"""A workspace of which a narrowed key sees a part: a contact in the segment and one outside, an account that the key is
given and another one, and what belongs to each. What belongs to the contact outside has ``OUTSIDE`` in its texts, what
belongs to the other account ``OTHER``."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from contacts.models import Contact, ContactNote, ContactTag, CustomField, ScoreEntry, Segment
from contacts.normalization import fold
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.events.models import Event
from crmsolid.jobs.models import Job
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Account, Attachment, File, HistoryRequest, Message, Template, Thread
from sequences.models import Enrollment, Sequence, SequenceVersion, Step, StepRun
from tests.tenants import Tenants
from webhooks.models import Delivery, Endpoint

OUTSIDE, OTHER = "zebraoutside", "zebraother"
TAG = "trial"


@dataclass
class World:
    """``rows`` are by the name of their contact (``inside``, ``outside``), of their account (``own``, ``other``) and of
    their kind: ``rows["outside", "own", "message"]``; what is of no account has an empty one."""

    tenants: Tenants
    accounts: dict[str, Account] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    segment: Any = None
    rows: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def add(self, row: Any) -> Any:
        row.workspace = self.tenants.workspace
        row.save()
        return row

    def ids(self, *, contact: str = "", account: str = "") -> set[str]:
        """The ids of what belongs to this contact, or to this account."""
        found = {
            str(row.pk)
            for (of_contact, of_account, _), row in self.rows.items()
            if (contact and of_contact == contact) or (account and of_account == account)
        }
        return {each for each in found if "_" in each}  # a small number is in every answer


def make_world(tenants: Tenants) -> World:
    world = World(tenants)
    add, now = world.add, clock.now()
    for name, mark in (("own", ""), ("other", OTHER)):
        account = world.accounts[name] = add(Account(name=f"Sales {mark}", kind="sandbox"))
        world.rows["", name, "account"] = account
    for name, mark in (("inside", ""), ("outside", OUTSIDE)):
        username = f"{mark or 'inside'}_person"
        contact = world.contacts[name] = add(
            Contact(
                name=f"{mark} Person",
                username=username,
                username_key=username,
                email=f"{username}@example.com",
                email_key=f"{username}@example.com",
                telegram_id={"inside": 7001, "outside": 7002}[name],
                search=f"{mark} person",
            )
        )
        world.rows[name, "", "contact"] = contact
        tag = TAG if name == "inside" else f"{mark} tag"
        add(ContactTag(contact=contact, name=tag, folded=fold(tag)))
        note = add(ContactNote(contact=contact, author_label="tests", author_kind="key", text=f"{mark} note"))
        world.rows[name, "", "note"] = note
        add(ScoreEntry(contact=contact, key="once", points=5, cause=f"tag {mark}", occurred_at=now))
        world.rows[name, "", "event"] = _event(world, "contact.created", contact, None, mark)
    add(CustomField(key="plan", label="Plan", type="text"))
    world.segment = add(Segment(name="Trial", filter={"field": "tag", "op": "is", "value": TAG}))
    sequence = add(Sequence(name="Onboarding", status="active", version=1))
    version = add(SequenceVersion(sequence=sequence, number=1, account_ids=[world.accounts["own"].pk]))
    add(Step(version=version, position=0, key="first", delay=timedelta(), text="Hello"))
    world.rows["", "", "sequence"] = sequence
    broadcast = add(
        Broadcast(name="News", text="news", status="running", account_ids=[world.accounts["own"].pk], starts_at=now)
    )
    world.rows["", "", "broadcast"] = broadcast
    world.rows["", "", "template"] = add(Template(name="Hello", text="Hello"))
    world.rows["", "", "segment"] = world.segment
    world.rows["", "", "job"] = add(Job(kind="webhooks.replay", scope="write:contacts", errors=[{"reason": OUTSIDE}]))
    endpoint = add(Endpoint(url="https://example.com/hook", events=["contact.created"]))
    world.rows["", "", "endpoint"] = endpoint
    for name, contact in world.contacts.items():
        for of, account in world.accounts.items():
            _conversation(world, name, of, contact, account)
        event = world.rows[name, "", "event"]
        delivery = add(Delivery(event=event, endpoint=endpoint, event_type=event.type, status="succeeded", attempts=1))
        world.rows[name, "", "delivery"] = delivery
        add(Recipient(broadcast=broadcast, contact=contact, account=world.accounts["own"], status="sent"))
    return world


def _conversation(world: World, name: str, of: str, contact: Contact, account: Account) -> None:
    add, now, rows = world.add, clock.now(), world.rows
    mark = f"{OUTSIDE if name == 'outside' else ''} {OTHER if of == 'other' else ''}"
    thread = rows[name, of, "thread"] = add(Thread(account=account, contact=contact, unread_count=1, waiting_since=now))
    common = {"account": account, "thread": thread, "contact": contact}
    rows[name, of, "message"] = add(
        Message(**common, direction="in", status="received", text=f"{mark} question", telegram_message_id=2)
    )
    rows[name, of, "queued"] = add(
        Message(**common, direction="out", status="queued", text=f"{mark} answer", eta=now + timedelta(days=1))
    )
    with_file = add(Message(**common, direction="in", status="received", text=f"{mark} file", kind="document"))
    file = rows[name, of, "file"] = add(
        File(name=f"{mark}.txt", type="text/plain", kind="document", size=7, sha256="0" * 64, state="gone")
    )
    add(Attachment(message=with_file, account=account, file=file, kind="document", random_id=len(rows)))
    add(HistoryRequest(thread=thread, account=account, state="done", requested_at=now, not_before=now))
    rows[name, of, "event of a message"] = _event(world, "message.received", contact, account, mark)
    sequence = rows["", "", "sequence"]
    version = SequenceVersion.unscoped.get(sequence=sequence)
    enrollment = rows[name, of, "enrollment"] = add(
        Enrollment(
            sequence=sequence,
            version=version,
            contact=contact,
            account=account,
            status="completed" if of == "other" else "active",
            ended_at=now if of == "other" else None,
            step_key="first",
            anchor_at=now,
        )
    )
    add(StepRun(enrollment=enrollment, version=version, step_key="first", message=rows[name, of, "message"]))


def _event(world: World, type: str, contact: Contact, account: Account | None, mark: str) -> Event:
    event_id = new_id("evt")
    body = {"event": type, "id": event_id, "created_at": "2026-06-04T09:00:00Z", "data": {"name": mark}}
    event = Event(id=event_id, type=type, body=json.dumps(body).encode(), contact_id=contact.pk)
    event.account_id = None if account is None else account.pk
    event.position = Event.unscoped.count() + 1
    made: Event = world.add(event)
    return made
