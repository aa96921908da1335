"""The URLs of most tests here: the example API, and routes that do what no route of the product does."""

import threading

from django.db import OperationalError
from django.urls import include, path
from rest_framework import serializers

from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.fields import StrictSerializer, Text
from crmsolid.api.representations import Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Scope
from tests.api import example_api

SECRET = "whsec_do_not_store_me"

# POST /v1/slow sets the first of these and returns once the test has set the second.
slow_request_started, slow_request_may_finish = threading.Event(), threading.Event()


class NameIn(StrictSerializer):
    name = Text(max_length=100_000)


class NameOut(Representation):
    name = serializers.CharField()


class FailingView(WorkspaceView):
    """Raises an unexpected exception."""

    @endpoint(scopes=(), responses={200: NameOut})
    def get(self) -> ApiResponse:
        raise RuntimeError("a secret detail")

    @endpoint(scopes=(), responses={200: NameOut})
    def post(self) -> ApiResponse:
        audit.record(self.actor, "failing.called")
        raise RuntimeError("a secret detail")


class DatabaseDownView(WorkspaceView):
    """Raises what the database driver raises when the server is gone."""

    @endpoint(scopes=(), responses={200: NameOut})
    def get(self) -> ApiResponse:
        raise OperationalError("host=10.0.0.1 is gone")


class SecretView(WorkspaceView):
    """Answers a secret, and is about the contact con_1."""

    @endpoint(scopes=(Scope.MANAGE_WEBHOOKS,), body=NameIn, responses={201: NameOut})
    def post(self) -> ApiResponse:
        return ApiResponse({"name": self.body["name"], "secret": SECRET}, 201, contact_id="con_1", secret=True)


class SlowView(WorkspaceView):
    """Waits until the test lets it finish."""

    @endpoint(scopes=(), responses={200: NameOut})
    def post(self) -> ApiResponse:
        audit.record(self.actor, "slow.called")
        slow_request_started.set()
        slow_request_may_finish.wait(30)
        return ApiResponse({"name": "slow"})


class EchoView(WorkspaceView):
    """Answers the name it was sent."""

    @endpoint(scopes=(), body=NameIn, responses={200: NameOut})
    def post(self) -> ApiResponse:
        return ApiResponse({"name": self.body["name"]})

    put = post


urlpatterns = [
    path("v1/failing", FailingView.as_view()),
    path("v1/database-down", DatabaseDownView.as_view()),
    path("v1/secret", SecretView.as_view()),
    path("v1/slow", SlowView.as_view()),
    path("v1/echo", EchoView.as_view()),
    path("", include(example_api)),
]
