"""The REST API of webhooks and of the event log."""

import json
from datetime import timedelta

from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, endpoint
from crmsolid.api.fields import EmptyIn, PageQuery
from crmsolid.api.pagination import page
from crmsolid.api.preconditions import entity_tag
from crmsolid.api.views import WorkspaceView
from crmsolid.events import feed
from crmsolid.events import services as event_log
from crmsolid.events.catalogue import event_types
from crmsolid.events.models import Event
from crmsolid.jobs.representations import JobOut
from crmsolid.workspaces.actor import Scope
from webhooks import replays, services
from webhooks.models import Delivery
from webhooks.representations import (
    AttemptOut,
    DeliveryDetailOut,
    DeliveryOut,
    DeliveryQuery,
    EndpointIn,
    EndpointOut,
    EndpointPatch,
    EventKindOut,
    EventOut,
    EventQuery,
    IssuedEndpointOut,
    ReplayIn,
    RotateIn,
)

MANAGE = (Scope.MANAGE_WEBHOOKS,)


def _issued(issued: services.IssuedEndpoint, status: int) -> ApiResponse:
    """A generated secret is in this response and in no other, so the stored response is encrypted."""
    data = EndpointOut.render(issued.endpoint)
    headers = {"ETag": entity_tag(data)}
    if issued.secret is not None:
        data["secret"] = issued.secret
    return ApiResponse(data, status=status, headers=headers, secret=issued.secret is not None)


def _accepted(delivery: Delivery) -> ApiResponse:
    return ApiResponse(DeliveryOut.render(delivery), status=202, headers={"Location": f"/v1/deliveries/{delivery.pk}"})


class EndpointsView(WorkspaceView):
    """List the endpoints; register one."""

    @endpoint(scopes=MANAGE, query=PageQuery, responses={200: ListOf(EndpointOut)})
    def get(self) -> ApiResponse:
        endpoints = services.list_endpoints(self.actor, **self.query)
        return ApiResponse(endpoints.as_dict([EndpointOut.render(row) for row in endpoints.rows]))

    @endpoint(
        scopes=MANAGE,
        body=EndpointIn,
        responses={201: IssuedEndpointOut},
        error_codes=("not_found",),
        etag=True,
        has_secrets=True,
    )
    def post(self) -> ApiResponse:
        response = _issued(services.create_endpoint(self.actor, **self.body), 201)
        response.headers["Location"] = f"/v1/webhooks/{response.data['id']}"
        return response


class EndpointView(WorkspaceView):
    """Read, change or delete an endpoint."""

    @endpoint(scopes=MANAGE, responses={200: EndpointOut})
    def get(self, endpoint_id: str) -> ApiResponse:
        return ApiResponse(EndpointOut.render(services.get_endpoint(self.actor, endpoint_id)))

    @endpoint(scopes=MANAGE, body=EndpointPatch, responses={200: EndpointOut}, has_secrets=True)
    def patch(self, endpoint_id: str) -> ApiResponse:
        check = self.preconditions.check(EndpointOut.render)
        data = EndpointOut.render(services.update_endpoint(self.actor, endpoint_id, **self.body, check=check))
        return ApiResponse(data, headers={"ETag": entity_tag(data)})

    @endpoint(scopes=MANAGE, responses={204: None})
    def delete(self, endpoint_id: str) -> ApiResponse:
        services.delete_endpoint(self.actor, endpoint_id, check=self.preconditions.check(EndpointOut.render))
        return ApiResponse(None, status=204)


class RotateSecretView(WorkspaceView):
    """Replace the secret; the old one stays in force for the overlap."""

    @endpoint(scopes=MANAGE, body=RotateIn, responses={200: IssuedEndpointOut}, etag=True, has_secrets=True)
    def post(self, endpoint_id: str) -> ApiResponse:
        overlap = timedelta(seconds=self.body.get("overlap_seconds", 86_400))
        secret = self.body.get("secret")
        return _issued(services.rotate_secret(self.actor, endpoint_id, secret=secret, overlap=overlap), 200)


class TestEndpointView(WorkspaceView):
    """Send a ping to the endpoint."""

    __test__ = False

    @endpoint(scopes=MANAGE, body=EmptyIn, responses={202: DeliveryOut}, error_codes=("invalid_state",))
    def post(self, endpoint_id: str) -> ApiResponse:
        return _accepted(replays.send_ping(self.actor, endpoint_id))


class ReplayFailedView(WorkspaceView):
    """Deliver again all that failed since a time, as a job."""

    @endpoint(scopes=MANAGE, body=ReplayIn, responses={202: JobOut}, error_codes=("invalid_state",))
    def post(self, endpoint_id: str) -> ApiResponse:
        job = replays.replay_failed(self.actor, endpoint_id, **self.body)
        return ApiResponse(JobOut.render(job), status=202, headers={"Location": f"/v1/jobs/{job.id}"})


class EndpointDeliveriesView(WorkspaceView):
    """The delivery log of an endpoint, newest first."""

    @endpoint(scopes=MANAGE, query=DeliveryQuery, responses={200: ListOf(DeliveryOut)})
    def get(self, endpoint_id: str) -> ApiResponse:
        deliveries = services.list_deliveries(self.actor, endpoint_id, **self.query)
        return ApiResponse(deliveries.as_dict([DeliveryOut.render(row) for row in deliveries.rows]))


class DeliveryView(WorkspaceView):
    """A delivery with its payload and every attempt."""

    @endpoint(scopes=MANAGE, responses={200: DeliveryDetailOut})
    def get(self, delivery_id: str) -> ApiResponse:
        delivery = services.get_delivery(self.actor, delivery_id)
        attempts = [AttemptOut.render(attempt) for attempt in services.list_attempts(self.actor, delivery)]
        body = bytes(delivery.event.body).decode() or None
        return ApiResponse({**DeliveryOut.render(delivery), "body": body, "attempt_log": attempts})


class ReplayDeliveryView(WorkspaceView):
    """Deliver an event again."""

    @endpoint(scopes=MANAGE, body=EmptyIn, responses={202: DeliveryOut}, error_codes=("invalid_state",))
    def post(self, delivery_id: str) -> ApiResponse:
        return _accepted(replays.replay_delivery(self.actor, delivery_id))


class EventKindsView(WorkspaceView):
    """The catalogue of events, each with the JSON Schema of its body."""

    @endpoint(scopes=MANAGE, responses={200: ListOf(EventKindOut)}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        return ApiResponse({"data": [EventKindOut.render(each) for each in event_types()], "next_cursor": None})


def _render_event(event: Event) -> dict[str, object]:
    # Events of before this version have no actor.
    return EventOut.render(event, **{"actor": None, **json.loads(bytes(event.body))})


class EventsView(WorkspaceView):
    """The event log, oldest first, for a receiver that was away.

    Each event has the fields of the delivered body, and `request_id`. Keep `next_cursor`, which is never null here, and
    poll with it: no event is skipped or repeated, however late its transaction commits. Events are kept for 30 days.

    With `since` the log begins at the first event made at that time or later; with the current time, at its end. Every
    event that is committed after the call began follows, whatever its `created_at`. Repeat `since` with the cursor.
    """

    @endpoint(
        scopes=MANAGE, query=EventQuery, responses={200: ListOf(EventOut, endless=True)}, narrowed=Narrowed.SERVED
    )
    def get(self) -> ApiResponse:
        event_type, since, cursor = (self.query.get(name) for name in ("type", "since", "cursor"))
        filters = {"type": event_type}
        if since is not None:  # a cursor that was made without it stays valid
            filters["since"] = since.isoformat()
        events = page(
            event_log.list_events(self.actor, type=event_type),
            sort="position",
            limit=self.query["limit"],
            cursor=cursor,
            workspace_id=self.workspace.pk,
            filters=filters,
            endless=True,
            start=None if since is None or cursor is not None else feed.first_position_since(since),
        )
        return ApiResponse(events.as_dict([_render_event(event) for event in events.rows]))


class EventView(WorkspaceView):
    """One event as it is delivered.

    An event whose contact was erased, or that is older than the log, is not found.
    """

    @endpoint(scopes=MANAGE, responses={200: EventOut}, narrowed=Narrowed.SERVED)
    def get(self, event_id: str) -> ApiResponse:
        return ApiResponse(_render_event(event_log.get_event(self.actor, event_id)))
