"""Routes that do what no product route should: raise, wait, answer a secret."""

import threading
from typing import Any

from django.db import OperationalError
from django.urls import include, path
from rest_framework import serializers

from crmsolid.api.endpoint import endpoint
from crmsolid.api.fields import StrictSerializer, Text
from crmsolid.api.responses import ApiResponse
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces import audit
from crmsolid.workspaces.scopes import Scope
from tests.api import demo

SECRET = "whsec_do_not_store_me"

# The slow view tells that it is inside, then waits to be let out.
inside, let_out = threading.Event(), threading.Event()


class NameIn(StrictSerializer):
    name = Text(max_length=100_000)


class Out(serializers.Serializer[Any]):
    name = serializers.CharField()


class BrokenView(WorkspaceView):
    """Fails."""

    @endpoint(scopes=(), responses={200: Out})
    def get(self) -> ApiResponse:
        raise RuntimeError("a secret detail")

    @endpoint(scopes=(), responses={200: Out})
    def post(self) -> ApiResponse:
        audit.record(self.actor, "broken.tried")
        raise RuntimeError("a secret detail")


class DownView(WorkspaceView):
    """Has no database."""

    @endpoint(scopes=(), responses={200: Out})
    def get(self) -> ApiResponse:
        raise OperationalError("host=10.0.0.1 is gone")


class SecretView(WorkspaceView):
    """Answers a secret."""

    @endpoint(scopes=(Scope.MANAGE_WEBHOOKS,), body=NameIn, responses={201: Out})
    def post(self) -> ApiResponse:
        return ApiResponse({"name": self.body["name"], "secret": SECRET}, 201, contact_id="con_1", secret=True)


class SlowView(WorkspaceView):
    """Waits."""

    @endpoint(scopes=(), responses={200: Out})
    def post(self) -> ApiResponse:
        audit.record(self.actor, "slow.done")
        inside.set()
        let_out.wait(30)
        return ApiResponse({"name": "slow"})


class EchoView(WorkspaceView):
    """Answers the name."""

    @endpoint(scopes=(), body=NameIn, responses={200: Out})
    def post(self) -> ApiResponse:
        return ApiResponse({"name": self.body["name"]})

    put = post


urlpatterns = [
    path("v1/broken", BrokenView.as_view()),
    path("v1/down", DownView.as_view()),
    path("v1/secret", SecretView.as_view()),
    path("v1/slow", SlowView.as_view()),
    path("v1/echo", EchoView.as_view()),
    path("", include(demo)),
]
