"""Reading the feed: a reader who goes on from the last position it saw gets every event, none of them twice."""

from django.db import transaction

from contacts.events import CONTACT_CREATED
from crmsolid.events import feed, positions
from crmsolid.events.models import Event
from crmsolid.events.publishing import publish
from messaging.representations import MESSAGE_SENT
from tests.events.conftest import Publish
from tests.tenants import Tenants

SENT = ("message.sent",)


def test_reading_goes_on_from_a_position(publish_sent: Publish) -> None:
    ids = [publish_sent(number) for number in range(4)]
    positions.assign_positions()
    second = feed.read(after=0, types=SENT)[1].position
    bodies = [bytes(Event.unscoped.get(pk=event_id).body) for event_id in ids]
    assert [entry.body for entry in feed.read(after=second, types=SENT)] == bodies[2:]
    assert [entry.position for entry in feed.read(after=second, types=SENT, limit=1)] == [second + 1]


def test_reader_gets_its_workspace_and_types_without_erased_events(tenants: Tenants) -> None:
    with transaction.atomic():
        own = publish(tenants.workspace, MESSAGE_SENT, {})
        publish(tenants.workspace, CONTACT_CREATED, {})
        publish(tenants.other, MESSAGE_SENT, {})
        erased = publish(tenants.workspace, MESSAGE_SENT, {})
    positions.assign_positions()
    Event.unscoped.filter(pk=erased).update(body=b"")
    [entry] = feed.read(after=0, types=SENT, workspace_id=tenants.workspace.pk)
    assert entry.body == bytes(Event.unscoped.get(pk=own).body)
    assert (entry.type, entry.workspace_id) == ("message.sent", tenants.workspace.pk)
