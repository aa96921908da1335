"""Reading the event log, for receivers that were away."""

from typing import Any

from crmsolid.events.catalogue import types_of
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor, Scope


def list_events(actor: Actor, *, type: str | None = None) -> Any:
    """The workspace's events, or those of a ``type`` or of ``<noun>.*``, as a queryset, to be read in the order of
    their ``position``. Erased events are left out, and those without a position yet, so that a reader who goes on from
    the last position it saw misses none.

    Errors: ``scope_missing`` without ``manage:webhooks``, because events contain contacts' data.
    """
    actor.require(Scope.MANAGE_WEBHOOKS)
    events = Event.objects.for_workspace(actor.workspace).filter(position__isnull=False).exclude(body=b"")
    if type is not None:
        events = events.filter(type__in=types_of(type)) if type.endswith(".*") else events.filter(type=type)
    return events


def get_event(actor: Actor, event_id: str) -> Event:
    """One of the events of :func:`list_events`; ``not_found`` for any other."""
    event: Event = list_events(actor).get_or_not_found(event_id)
    return event
