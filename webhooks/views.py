"""The REST door of webhooks."""

from datetime import timedelta
from typing import Any

from crmsolid.api.endpoint import endpoint
from crmsolid.api.fields import PageQuery
from crmsolid.api.jobs import JobOut, job_location
from crmsolid.api.pagination import page
from crmsolid.api.responses import ApiResponse, ListOf
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import not_found
from crmsolid.events import catalogue
from crmsolid.workspaces.scopes import Scope
from webhooks import querysets, replays, services
from webhooks.models import Delivery, Endpoint
from webhooks.serializers import (
    AttemptOut,
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


def _issued(issued: services.IssuedEndpoint, status: int) -> ApiResponse:
    """A generated secret is in this answer and in no other; the stored answer is encrypted then."""
    data = EndpointOut.render(issued.endpoint)
    if issued.secret is not None:
        data["secret"] = issued.secret
    return ApiResponse(data, status=status, secret=issued.secret is not None)


def _accepted(delivery: Delivery) -> ApiResponse:
    """202, with where to look how it went."""
    return ApiResponse(DeliveryOut.render(delivery), status=202, headers={"Location": f"/v1/deliveries/{delivery.pk}"})


class EndpointsView(WorkspaceView):
    """List the endpoints; register one."""

    @endpoint(scopes=MANAGE, query=PageQuery, responses={200: ListOf(EndpointOut)})
    def get(self) -> ApiResponse:
        found = page(
            querysets.endpoints(self.workspace),
            sort="-created_at",
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters=self.query,
        )
        return ApiResponse(found.as_dict([EndpointOut.render(endpoint) for endpoint in found.rows]))

    @endpoint(scopes=MANAGE, body=EndpointIn, responses={201: IssuedEndpointOut})
    def post(self) -> ApiResponse:
        answer = _issued(services.create_endpoint(self.actor, **self.body), 201)
        answer.headers["Location"] = f"/v1/webhooks/{answer.data['id']}"
        return answer


class EventKindsView(WorkspaceView):
    """The catalogue of events, each with the JSON Schema of its body."""

    @endpoint(scopes=MANAGE, responses={200: ListOf(EventKindOut)})
    def get(self) -> ApiResponse:
        data = [catalogue.describe(event_type) for event_type in catalogue.event_types()]
        return ApiResponse({"data": data, "next_cursor": None})


class _OneEndpoint(WorkspaceView):
    def endpoint(self, endpoint_id: str) -> Endpoint:
        found: Endpoint | None = querysets.endpoints(self.workspace).filter(pk=endpoint_id).first()
        if found is None:
            raise not_found("webhook endpoint")
        return found


class EndpointView(_OneEndpoint):
    """Read, change or delete an endpoint."""

    @endpoint(scopes=MANAGE, responses={200: EndpointOut})
    def get(self, endpoint_id: str) -> ApiResponse:
        return ApiResponse(EndpointOut.render(self.endpoint(endpoint_id)))

    @endpoint(scopes=MANAGE, body=EndpointPatch, responses={200: EndpointOut})
    def patch(self, endpoint_id: str) -> ApiResponse:
        changed = services.update_endpoint(self.actor, self.endpoint(endpoint_id), **self.body)
        return ApiResponse(EndpointOut.render(changed))

    @endpoint(scopes=MANAGE, responses={204: None})
    def delete(self, endpoint_id: str) -> ApiResponse:
        services.delete_endpoint(self.actor, self.endpoint(endpoint_id))
        return ApiResponse(None, status=204)


class RotateSecretView(_OneEndpoint):
    """Replace the secret; the old one stays in force for the overlap."""

    @endpoint(scopes=MANAGE, body=RotateIn, responses={200: IssuedEndpointOut})
    def post(self, endpoint_id: str) -> ApiResponse:
        overlap = timedelta(seconds=self.body.get("overlap_seconds", 86_400))
        secret = self.body.get("secret")
        rotated = services.rotate_secret(self.actor, self.endpoint(endpoint_id), secret=secret, overlap=overlap)
        return _issued(rotated, 200)


class TestEndpointView(_OneEndpoint):
    """Send a ping to the endpoint."""

    __test__ = False

    @endpoint(scopes=MANAGE, body=NothingIn, responses={202: DeliveryOut}, error_codes=("invalid_state",))
    def post(self, endpoint_id: str) -> ApiResponse:
        return _accepted(replays.test_endpoint(self.actor, self.endpoint(endpoint_id)))


class EndpointDeliveriesView(_OneEndpoint):
    """The delivery log of an endpoint, newest first."""

    @endpoint(scopes=MANAGE, query=DeliveryQuery, responses={200: ListOf(DeliveryOut)})
    def get(self, endpoint_id: str) -> ApiResponse:
        endpoint = self.endpoint(endpoint_id)
        found = page(
            querysets.log(self.workspace, endpoint, **_log_filters(self.query)),
            sort="-created_at",
            limit=self.query["limit"],
            cursor=self.query.get("cursor"),
            workspace_id=self.workspace.pk,
            filters={**self.query, "endpoint": endpoint.id},
        )
        return ApiResponse(found.as_dict([DeliveryOut.render(delivery) for delivery in found.rows]))


def _log_filters(query: dict[str, Any]) -> dict[str, Any]:
    return {name: query[name] for name in ("event", "status", "since", "until") if name in query}


class ReplayFailedView(_OneEndpoint):
    """Deliver again all that failed since a time, as a job."""

    @endpoint(scopes=MANAGE, body=ReplayIn, responses={202: JobOut}, error_codes=("invalid_state",))
    def post(self, endpoint_id: str) -> ApiResponse:
        job = replays.replay_failed(self.actor, self.endpoint(endpoint_id), **self.body)
        return ApiResponse(JobOut.render(job), status=202, headers={"Location": job_location(job)})


class _OneDelivery(WorkspaceView):
    def delivery(self, delivery_id: str) -> Delivery:
        found = querysets.delivery(self.workspace, delivery_id)
        if found is None:
            raise not_found("delivery")
        return found


class DeliveryView(_OneDelivery):
    """A delivery with its payload and every attempt."""

    @endpoint(scopes=MANAGE, responses={200: DeliveryDetailOut})
    def get(self, delivery_id: str) -> ApiResponse:
        delivery = self.delivery(delivery_id)
        body = bytes(delivery.event.body)
        attempts = [AttemptOut.render(attempt) for attempt in querysets.attempts(delivery)]
        return ApiResponse({**DeliveryOut.render(delivery), "body": body.decode() or None, "attempt_log": attempts})


class ReplayDeliveryView(_OneDelivery):
    """Deliver an event again."""

    @endpoint(scopes=MANAGE, body=NothingIn, responses={202: DeliveryOut}, error_codes=("invalid_state",))
    def post(self, delivery_id: str) -> ApiResponse:
        return _accepted(replays.replay_delivery(self.actor, self.delivery(delivery_id)))
