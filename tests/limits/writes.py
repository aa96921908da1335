"""A workspace in which every write of the API can be done, and the arguments of a call of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from apikeys.authentication import credentials_of_key
from apikeys.models import ApiKey
from contacts import custom_fields, notes
from contacts.segments.services import create_segment, tag_segment
from crmsolid.core import clock
from crmsolid.events.publishing import publish
from crmsolid.limits.models import Proposal
from crmsolid.proposals.operations import operations
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from messaging.broadcasts import services as broadcasts
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.models import Recipient, RecipientStatus
from messaging.models import Account, AccountKind, Message, Status, Thread
from messaging.texts import create_template
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from sequences import services as sequences
from tests.mcp.helpers import write_in
from tests.messaging.helpers import send
from tests.sequences.helpers import contact, create, definition, enroll
from tests.tenants import Tenants
from webhooks import services as webhooks
from webhooks.delivery.queue import queue_deliveries
from webhooks.events import PING

URL = "https://hooks.example.com/crm"
TELEGRAM_ID = 5_000_000


@dataclass
class Person:
    """A contact who has written, and what writes about them need."""

    id: str
    username: str
    thread: str
    telegram_thread: str
    incoming: str
    queued: str
    sent: str
    note: str
    enrolled: str
    paused: str


@dataclass
class World:
    tenants: Tenants
    key: Actor
    account: Account
    alice: Person
    bobby: Person
    ids: dict[str, Any]


def key_of(tenants: Tenants, approval: Approval, **limits: Any) -> Actor:
    """A new key with every scope, as it acts over REST."""
    tenants.key(approval=approval, **limits)
    return actor_of(ApiKey.unscoped.order_by("-pk").get(name="tests"))


def actor_of(key: ApiKey) -> Actor:
    credentials = credentials_of_key(key.workspace, key.first_id)
    assert credentials is not None
    return credentials.actor("rest", None)


def furnish(tenants: Tenants, approval: Approval = Approval.UNTRUSTED, **limits: Any) -> World:
    key, account, by = key_of(tenants, approval, **limits), tenants.sandbox(), tenants.actor()
    telegram = Account.unscoped.create(workspace=tenants.workspace, name="Telegram", kind=AccountKind.TELEGRAM)
    active, second = create(account, name="Active"), create(account, name="Second")
    alice, bobby = (_person(key, account, telegram, name, active, second) for name in ("alice", "bobby"))
    segment = create_segment(by, name="Cold", filter={"field": "tag", "op": "is", "value": "cold"}).segment
    offer: dict[str, Any] = {
        "name": "Offer",
        "text": "Hi",
        "account_ids": (account.pk,),
        "audience": {"tags": ["cold"]},
    }
    running, paused, failed = (broadcasts.start_broadcast(by, Definition(**offer)) for _ in range(3))
    broadcasts.pause_broadcast(by, paused.pk)
    _fail(failed.pk, alice)
    custom_fields.create_custom_field(by, key="plan", label="Plan", type="text")
    webhook = webhooks.create_endpoint(by, url=URL, events=["*"]).endpoint
    event = publish(tenants.workspace, PING, {"webhook": {"id": webhook.pk, "url": webhook.url}})
    [delivery] = queue_deliveries([(event, webhook.pk)])
    sequence = create(account, name="Paused")
    sequences.pause_sequence(by, sequence.pk)
    ids = {
        "segment": segment.pk,
        "job": tag_segment(by, segment.pk, add=["colder"]).pk,
        "running": running.pk,
        "paused_broadcast": paused.pk,
        "failed": failed.pk,
        "template": create_template(by, name="Welcome", text="Hello").pk,
        "webhook": webhook.pk,
        "delivery": delivery,
        "active": active.pk,
        "nobody_in": create(account, name="Nobody").pk,
        "draft": create(account, start=False, name="Draft").pk,
        "paused_sequence": sequence.pk,
        "member": tenants.owner.pk,
    }
    return World(tenants, key, account, alice, bobby, ids)


def _person(key: Actor, account: Account, telegram: Account, name: str, active: Any, second: Any) -> Person:
    incoming, at_telegram = write_in(account, name), write_in(telegram, name)
    Thread.unscoped.filter(pk=at_telegram.thread_id).update(unread_count=0)
    person = contact(account.workspace, name, tags=["cold"])
    queued = send(account, f"@{name}", send_at=clock.now() + timedelta(days=300))
    number = TELEGRAM_ID + Message.unscoped.count()
    sent = receive(account, Incoming(number, "Typed", clock.now(), username=name, outgoing=True))
    assert sent is not None
    paused = enroll(second, person)
    sequences.pause_enrollment(Actor.command(account.workspace, "tests"), paused.pk)
    return Person(
        id=person.pk,
        username=name,
        thread=incoming.thread_id,
        telegram_thread=at_telegram.thread_id,
        incoming=incoming.pk,
        queued=queued.pk,
        sent=sent.pk,
        note=notes.add_note(key, person.pk, text="Called").pk,
        enrolled=enroll(active, person).pk,
        paused=paused.pk,
    )


def _fail(broadcast_id: str, person: Person) -> None:
    """The broadcast has failed for this person."""
    message = Message.unscoped.get(pk=person.sent)
    message.pk, message.random_id, message.telegram_message_id, message.status = None, 77, None, Status.FAILED
    message.id = Message._meta.pk.get_default()
    message._state.adding = True
    message.save(force_insert=True)
    Recipient.unscoped.create(
        workspace=message.workspace,
        broadcast_id=broadcast_id,
        contact_id=person.id,
        account_id=message.account_id,
        message=message,
        status=RecipientStatus.FAILED,
    )


Arguments = dict[str, Any]
# About one contact.
ABOUT: dict[str, Callable[[World, Person], Arguments]] = {
    "create_contact": lambda world, who: {"username": who.username, "name": "New name", "tags": ["vip"]},
    "update_contact": lambda world, who: {"contact_id": who.id, "stage": "won", "custom_fields": {"plan": "pro"}},
    "delete_contact": lambda world, who: {"contact_id": who.id},
    "tag_contact": lambda world, who: {"contact_id": who.id, "add": ["vip"], "remove": ["cold"]},
    "add_points": lambda world, who: {"contact_id": who.id, "points": 5},
    "create_note": lambda world, who: {"contact_id": who.id, "text": "Called again"},
    "update_note": lambda world, who: {"note_id": who.note, "text": "Called twice"},
    "delete_note": lambda world, who: {"note_id": who.note},
    "send_message": lambda world, who: {"account_id": world.account.pk, "contact_id": who.id, "text": "Hello"},
    "update_message": lambda world, who: {"message_id": who.queued, "text": "Hello again"},
    "delete_message": lambda world, who: {"message_id": who.sent},
    "cancel_message": lambda world, who: {"message_id": who.queued},
    "reactions_message": lambda world, who: {"message_id": who.incoming, "emoji": "👍"},
    "update_thread": lambda world, who: {
        "thread_id": who.thread,
        "state": "closed",
        "assignee_id": world.ids["member"],
    },
    "load_thread_history": lambda world, who: {"thread_id": who.telegram_thread},
    "read_thread": lambda world, who: {"thread_id": who.thread},
    "mark_thread_unread": lambda world, who: {"thread_id": who.telegram_thread},
    "enroll_contact": lambda world, who: {"sequence_id": world.ids["nobody_in"], "contact_id": who.id},
    "pause_enrollment": lambda world, who: {"enrollment_id": who.enrolled},
    "resume_enrollment": lambda world, who: {"enrollment_id": who.paused},
    "stop_enrollment": lambda world, who: {"enrollment_id": who.enrolled},
}
# About many contacts, or about nobody in particular. A second call of an operation has a sign behind its name.
MANY: dict[str, Callable[[World], Arguments]] = {
    "cancel_job": lambda world: {"job_id": world.ids["job"]},
    "rename_tag": lambda world: {"tag": "cold", "name": "warm"},
    "delete_tag": lambda world: {"tag": "cold"},
    "create_segment": lambda world: {"name": "Warm", "filter": {"field": "tag", "op": "is", "value": "warm"}},
    "update_segment": lambda world: {"segment_id": world.ids["segment"], "name": "Colder"},
    "delete_segment": lambda world: {"segment_id": world.ids["segment"]},
    "tag_segment": lambda world: {"segment_id": world.ids["segment"], "add": ["tagged"]},
    "create_custom_field": lambda world: {"key": "size", "label": "Size", "type": "number"},
    "update_custom_field": lambda world: {"key": "plan", "label": "Tariff"},
    "create_template": lambda world: {"name": "Another", "text": "Hi"},
    "update_template": lambda world: {"template_id": world.ids["template"], "text": "Hi"},
    "delete_template": lambda world: {"template_id": world.ids["template"]},
    "start_broadcast": lambda world: {
        "name": "News",
        "text": "Hi",
        "account_ids": [world.account.pk],
        "audience": {"tags": ["cold"]},
    },
    "pause_broadcast": lambda world: {"broadcast_id": world.ids["running"]},
    "resume_broadcast": lambda world: {"broadcast_id": world.ids["paused_broadcast"]},
    "cancel_broadcast": lambda world: {"broadcast_id": world.ids["running"]},
    "retry_failed_broadcast": lambda world: {"broadcast_id": world.ids["failed"]},
    "create_sequence": lambda world: definition(world.account, name="Another"),
    "replace_sequence": lambda world: {"sequence_id": world.ids["active"], **definition(world.account, name="Other")},
    "update_sequence": lambda world: {"sequence_id": world.ids["active"], "name": "Renamed"},
    "start_sequence": lambda world: {"sequence_id": world.ids["draft"]},
    "pause_sequence": lambda world: {"sequence_id": world.ids["active"]},
    "resume_sequence": lambda world: {"sequence_id": world.ids["paused_sequence"]},
    "enroll_contact+": lambda world: {
        "sequence_id": world.ids["nobody_in"],
        "contact_ids": [world.alice.id, world.bobby.id],
    },
    "enroll_contact+segment": lambda world: {"sequence_id": world.ids["nobody_in"], "segment_id": world.ids["segment"]},
    "create_webhook": lambda world: {"url": URL, "events": ["contact.created"]},
    "update_webhook": lambda world: {"endpoint_id": world.ids["webhook"], "description": "Ours"},
    "delete_webhook": lambda world: {"endpoint_id": world.ids["webhook"]},
    "rotate_secret_webhook": lambda world: {"endpoint_id": world.ids["webhook"]},
    "test_webhook": lambda world: {"endpoint_id": world.ids["webhook"]},
    "replay_webhook": lambda world: {"endpoint_id": world.ids["webhook"], "since": "2026-01-01T00:00:00Z"},
    "replay_delivery": lambda world: {"delivery_id": world.ids["delivery"]},
}
# About a contact that the write makes.
NEW: dict[str, Callable[[World], Arguments]] = {
    "create_contact+new": lambda world: {"username": "newcomer"},
    "send_message+new": lambda world: {"account_id": world.account.pk, "to": "@newcomer", "text": "Hello"},
}
# Calls with a file, which have tests of their own, and taking back a proposal, which never waits.
OTHERS = {"import_contacts", "create_file", "cancel_proposal"}
# Calls whose body or answer has a secret cannot wait.
REFUSED = {"create_webhook", "update_webhook", "rotate_secret_webhook"}


def operation_of(name: str) -> Any:
    return operations()[name.partition("+")[0]]


def arguments_of(world: World, name: str, who: Person | None = None) -> Arguments:
    if name in ABOUT:
        return ABOUT[name](world, who or world.alice)
    return {**MANY, **NEW}[name](world)


def call(actor: Actor, name: str, arguments: Arguments) -> Any:
    """The response of the call, as the actor."""
    tool = operation_of(name)
    return tool.run(actor, tool.parse(dict(arguments), actor.workspace))


# What a call that waits or is refused may write.
_KEPT = ("limits_", "apikeys_", "workspaces_auditentry")


def contents() -> dict[str, Any]:
    """How many rows each table has, and which versions of them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(_KEPT):
                continue
            # Of the proposal itself, there is an event.
            where = "WHERE type NOT LIKE 'proposal.%'" if table == "events_event" else ""
            version = "md5(string_agg(t.ctid::text || t.xmin::text, ',' ORDER BY t.ctid))"
            cursor.execute(f'SELECT count(*), {version} FROM "{table}" t {where}')
            found[table] = cursor.fetchone()
    return found


def latest_proposal() -> Proposal:
    return Proposal.unscoped.order_by("-created_at", "-pk")[0]
