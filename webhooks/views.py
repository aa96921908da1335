"""The REST door of webhooks."""

from datetime import timedelta
from typing import Any, ClassVar

from rest_framework.request import Request

from crmsolid.api.fields import PageQuery
from crmsolid.api.jobs import JobOut
from crmsolid.api.pagination import page
from crmsolid.api.responses import Answer
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import not_found
from crmsolid.events import catalogue
from crmsolid.workspaces.jobs import job_location, job_payload
from crmsolid.workspaces.scopes import Scope
from webhooks import querysets, replays, services
from webhooks.events import attempt_payload, delivery_payload, endpoint_payload
from webhooks.models import Delivery, Endpoint
from webhooks.serializers import (
    DeliveryDetailOut,
    DeliveryOut,
    DeliveryQuery,
    EndpointIn,
    EndpointOut,
    EndpointPatch,
    EventKindOut,
    IssuedEndpointOut,
    NothingIn,
    ReplayIn,
    RotateIn,
)

MANAGE = (Scope.MANAGE_WEBHOOKS,)


def _issued(issued: services.IssuedEndpoint, status: int) -> Answer:
    """A generated secret is in this answer and in no other; the stored answer is encrypted then."""
    data = endpoint_payload(issued.endpoint)
    if issued.secret is not None:
        data["secret"] = issued.secret
    return Answer(data, status=status, sealed=issued.secret is not None)


def _accepted(delivery: Delivery) -> Answer:
    """202, with where to look how it went."""
    return Answer(delivery_payload(delivery), status=202, headers={"Location": f"/v1/deliveries/{delivery.pk}"})


class EndpointsView(WorkspaceView):
    """List the endpoints; register one."""

    scopes: ClassVar = {"GET": MANAGE, "POST": MANAGE}
    queries: ClassVar = {"GET": PageQuery}
    bodies: ClassVar = {"POST": EndpointIn}
    answers: ClassVar = {"GET": {200: EndpointOut}, "POST": {201: IssuedEndpointOut}}
    refusals: ClassVar = {"POST": ()}
    listed: ClassVar = True

    def get(self, request: Request) -> Answer:
        found = page(
            querysets.endpoints(self.workspace),
            sort="-created_at",
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters=self.query,
        )
        return Answer(found.as_dict([endpoint_payload(endpoint) for endpoint in found.rows]))

    def post(self, request: Request) -> Answer:
        answer = _issued(services.create_endpoint(self.actor, **self.body), 201)
        answer.headers["Location"] = f"/v1/webhooks/{answer.data['id']}"
        return answer


class EventKindsView(WorkspaceView):
    """The catalogue of events, each with the JSON Schema of its body."""

    scopes: ClassVar = {"GET": MANAGE}
    answers: ClassVar = {"GET": {200: EventKindOut}}
    listed: ClassVar = True

    def get(self, request: Request) -> Answer:
        data = [catalogue.kind_payload(kind) for kind in catalogue.kinds()]
        return Answer({"data": data, "next_cursor": None})


class _OneEndpoint(WorkspaceView):
    scopes: ClassVar = {}

    def endpoint(self, endpoint_id: str) -> Endpoint:
        found: Endpoint | None = querysets.endpoints(self.workspace).filter(pk=endpoint_id).first()
        if found is None:
            raise not_found("webhook endpoint")
        return found


class EndpointView(_OneEndpoint):
    """Read, change or delete an endpoint."""

    scopes: ClassVar = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}
    bodies: ClassVar = {"PATCH": EndpointPatch}
    answers: ClassVar = {"GET": {200: EndpointOut}, "PATCH": {200: EndpointOut}, "DELETE": {204: None}}
    refusals: ClassVar = {"PATCH": (), "DELETE": ()}

    def get(self, request: Request, endpoint_id: str) -> Answer:
        return Answer(endpoint_payload(self.endpoint(endpoint_id)))

    def patch(self, request: Request, endpoint_id: str) -> Answer:
        changed = services.update_endpoint(self.actor, self.endpoint(endpoint_id), **self.body)
        return Answer(endpoint_payload(changed))

    def delete(self, request: Request, endpoint_id: str) -> Answer:
        services.delete_endpoint(self.actor, self.endpoint(endpoint_id))
        return Answer(None, status=204)


class RotateSecretView(_OneEndpoint):
    """Replace the secret; the old one stays in force for the overlap."""

    scopes: ClassVar = {"POST": MANAGE}
    bodies: ClassVar = {"POST": RotateIn}
    answers: ClassVar = {"POST": {200: IssuedEndpointOut}}
    refusals: ClassVar = {"POST": ()}

    def post(self, request: Request, endpoint_id: str) -> Answer:
        overlap = timedelta(seconds=self.body.get("overlap_seconds", 86_400))
        secret = self.body.get("secret")
        rotated = services.rotate_secret(self.actor, self.endpoint(endpoint_id), secret=secret, overlap=overlap)
        return _issued(rotated, 200)


class TestEndpointView(_OneEndpoint):
    """Send a ping to the endpoint."""

    __test__ = False
    scopes: ClassVar = {"POST": MANAGE}
    bodies: ClassVar = {"POST": NothingIn}
    answers: ClassVar = {"POST": {202: DeliveryOut}}
    refusals: ClassVar = {"POST": ("invalid_state",)}

    def post(self, request: Request, endpoint_id: str) -> Answer:
        return _accepted(replays.test_endpoint(self.actor, self.endpoint(endpoint_id)))


class EndpointDeliveriesView(_OneEndpoint):
    """The delivery log of an endpoint, newest first."""

    scopes: ClassVar = {"GET": MANAGE}
    queries: ClassVar = {"GET": DeliveryQuery}
    answers: ClassVar = {"GET": {200: DeliveryOut}}
    listed: ClassVar = True

    def get(self, request: Request, endpoint_id: str) -> Answer:
        endpoint = self.endpoint(endpoint_id)
        found = page(
            querysets.delivery_log(self.workspace, endpoint, **_log_filters(self.query)),
            sort="-created_at",
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters={**self.query, "endpoint": endpoint.id},
        )
        return Answer(found.as_dict([delivery_payload(delivery) for delivery in found.rows]))


def _log_filters(query: dict[str, Any]) -> dict[str, Any]:
    return {name: query[name] for name in ("event", "status", "since", "until") if name in query}


class ReplayFailedView(_OneEndpoint):
    """Deliver again all that failed since a time, as a job."""

    scopes: ClassVar = {"POST": MANAGE}
    bodies: ClassVar = {"POST": ReplayIn}
    answers: ClassVar = {"POST": {202: JobOut}}
    refusals: ClassVar = {"POST": ("invalid_state",)}

    def post(self, request: Request, endpoint_id: str) -> Answer:
        job = replays.replay_failed(self.actor, self.endpoint(endpoint_id), **self.body)
        return Answer(job_payload(job), status=202, headers={"Location": job_location(job)})


class _OneDelivery(WorkspaceView):
    scopes: ClassVar = {}

    def delivery(self, delivery_id: str) -> Delivery:
        found = querysets.find_delivery(self.workspace, delivery_id)
        if found is None:
            raise not_found("delivery")
        return found


class DeliveryView(_OneDelivery):
    """A delivery with its payload and every attempt."""

    scopes: ClassVar = {"GET": MANAGE}
    answers: ClassVar = {"GET": {200: DeliveryDetailOut}}

    def get(self, request: Request, delivery_id: str) -> Answer:
        delivery = self.delivery(delivery_id)
        body = bytes(delivery.event.body)
        attempts = [attempt_payload(attempt) for attempt in querysets.attempts(delivery)]
        return Answer({**delivery_payload(delivery), "body": body.decode() or None, "attempt_log": attempts})


class ReplayDeliveryView(_OneDelivery):
    """Deliver an event again."""

    scopes: ClassVar = {"POST": MANAGE}
    bodies: ClassVar = {"POST": NothingIn}
    answers: ClassVar = {"POST": {202: DeliveryOut}}
    refusals: ClassVar = {"POST": ("invalid_state",)}

    def post(self, request: Request, delivery_id: str) -> Answer:
        return _accepted(replays.replay_delivery(self.actor, self.delivery(delivery_id)))
