"""What most tests start from: two workspaces that must never see each other, their users, and a client of the API."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.test import Client

from apikeys.services import create_key
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role, User, Workspace
from crmsolid.workspaces.scopes import ALL_SCOPES, Scope
from crmsolid.workspaces.services import create_workspace
from messaging.models import Account, AccountKind

PASSWORD = "correct horse battery"


_hashed = cache(make_password)  # tests have the password, no two users are told apart by the hash


class Tenants:
    """``owner`` owns ``workspace`` and its test twin ``twin``; ``stranger`` owns ``other``."""

    def __init__(self) -> None:
        self.owner = self._user("owner@acme.example")
        self.stranger = self._user("owner@rival.example")
        self.workspace = create_workspace(slug="acme", name="Acme", owner=self.owner, plan="business")
        self.other = create_workspace(slug="rival", name="Rival", owner=self.stranger, plan="business")
        self.twin: Workspace = self.workspace.twin

    def _user(self, email: str) -> User:
        """Created without ending what an earlier password allowed, which is most of what creating a user costs."""
        return User.objects.create(email=email, password=_hashed(PASSWORD))

    def member(self, role: Role) -> User:
        """A new user with this role in ``workspace``."""
        user = self._user(f"{role.value}-{uuid4().hex[:6]}@acme.example")
        Membership.unscoped.create(workspace=self.workspace, user=user, role=role)
        return user

    def actor(self, workspace: Workspace | None = None) -> Actor:
        return Actor.command(workspace or self.workspace, "tests")

    def sandbox(self, workspace: Workspace | None = None, **fields: Any) -> Account:
        """A new sandbox account; ``fields`` are the model's, such as ``daily_limit=2``."""
        fields.setdefault("name", "Sandbox")
        return Account.unscoped.create(workspace=workspace or self.workspace, kind=AccountKind.SANDBOX, **fields)

    def key(self, scopes: Iterable[Scope] = ALL_SCOPES, workspace: Workspace | None = None, **options: Any) -> str:
        """The token of a new key; ``options`` are those of ``create_key``."""
        actor = self.actor(workspace)
        return create_key(actor, name=options.pop("name", "tests"), scopes=scopes, **options).token


class Api:
    """A Django test client with a bearer token. POST and PATCH get a new Idempotency-Key unless one is given."""

    def __init__(self, token: str | None = None, client: Client | None = None) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.token = token

    def __call__(self, token: str | None) -> "Api":
        return Api(token, self.client)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(path, query or {}, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, *, idempotency_key: str | None = None, **headers: str) -> Any:
        return self._write("post", path, body, idempotency_key or str(uuid4()), headers)

    def patch(self, path: str, body: Any = None, *, idempotency_key: str | None = None, **headers: str) -> Any:
        return self._write("patch", path, body, idempotency_key or str(uuid4()), headers)

    def delete(self, path: str, *, idempotency_key: str | None = None, **headers: str) -> Any:
        return self._write("delete", path, None, idempotency_key, headers)

    def _write(self, method: str, path: str, body: Any, key: str | None, headers: dict[str, str]) -> Any:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent_headers = self._headers(headers)
        if key is not None:
            sent_headers.setdefault("Idempotency-Key", key)
        content_type = sent_headers.pop("Content-Type", "application/json")
        return getattr(self.client, method)(path, data=raw, content_type=content_type, headers=sent_headers)

    def _headers(self, extra: dict[str, str]) -> dict[str, str]:
        """The keyword ``Content_Type`` becomes the header Content-Type."""
        headers = {name.replace("_", "-"): value for name, value in extra.items()}
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return headers
