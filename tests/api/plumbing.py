"""Routes that do what no product route should: raise, wait, answer a secret."""

import threading
from typing import Any, ClassVar

from django.db import OperationalError
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request

from crmsolid.api.fields import StrictSerializer, Text
from crmsolid.api.responses import Answer
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

    scopes: ClassVar = {"GET": (), "POST": ()}
    answers: ClassVar = {"GET": {200: Out}, "POST": {200: Out}}

    def get(self, request: Request) -> Answer:
        raise RuntimeError("a secret detail")

    def post(self, request: Request) -> Answer:
        audit.record(self.actor, "broken.tried")
        raise RuntimeError("a secret detail")


class DownView(WorkspaceView):
    """Has no database."""

    scopes: ClassVar = {"GET": ()}
    answers: ClassVar = {"GET": {200: Out}}

    def get(self, request: Request) -> Answer:
        raise OperationalError("host=10.0.0.1 is gone")


class SecretView(WorkspaceView):
    """Answers a secret."""

    scopes: ClassVar = {"POST": (Scope.MANAGE_WEBHOOKS,)}
    bodies: ClassVar = {"POST": NameIn}
    answers: ClassVar = {"POST": {201: Out}}

    def post(self, request: Request) -> Answer:
        return Answer({"name": self.body["name"], "secret": SECRET}, 201, contact_id="con_1", sealed=True)


class SlowView(WorkspaceView):
    """Waits."""

    scopes: ClassVar = {"POST": ()}
    answers: ClassVar = {"POST": {200: Out}}

    def post(self, request: Request) -> Answer:
        audit.record(self.actor, "slow.done")
        inside.set()
        let_out.wait(30)
        return Answer({"name": "slow"})


class EchoView(WorkspaceView):
    """Answers the name."""

    scopes: ClassVar = {"POST": (), "PUT": ()}
    bodies: ClassVar = {"POST": NameIn, "PUT": NameIn}
    answers: ClassVar = {"POST": {200: Out}, "PUT": {200: Out}}

    def post(self, request: Request) -> Answer:
        return Answer({"name": self.body["name"]})

    put = post


urlpatterns = [
    path("v1/broken", BrokenView.as_view()),
    path("v1/down", DownView.as_view()),
    path("v1/secret", SecretView.as_view()),
    path("v1/slow", SlowView.as_view()),
    path("v1/echo", EchoView.as_view()),
    path("", include(demo)),
]
