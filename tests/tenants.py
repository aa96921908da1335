"""What most tests start from: two workspaces that must never see each other, their users, and a client of the API."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from apikeys.services import create_key
from crmsolid.core import clock
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Scope
from crmsolid.workspaces.models import Membership, Mode, Plan, Role, User, Workspace
from messaging.models import Account, AccountKind, default_daily_limit

PASSWORD = "correct horse battery"
# The rows that two calls of ``create_workspace`` write, with one statement instead of thirty: most tests begin with
# them. ``tests/test_tenants.py`` compares the two.
INSERT = """
WITH given AS (
    SELECT * FROM (VALUES (1, 'acme', 'Acme'), (2, 'rival', 'Rival')) AS given (number, slug, name)
), owner AS (
    INSERT INTO workspaces_user (password, is_superuser, email, name, is_active)
    SELECT %(password)s, false, 'owner@' || slug || '.example', '', true FROM given ORDER BY number
    RETURNING id, email
), numbered AS (
    SELECT slug, name, mode, nextval(pg_get_serial_sequence('workspaces_workspace', 'id')) AS id
    FROM (SELECT * FROM given, (VALUES ('live'), ('test')) AS modes (mode) ORDER BY number, mode) AS ordered
), workspace AS (
    SELECT numbered.*, live.id AS live_id, owner.id AS owner_id FROM numbered
    JOIN numbered AS live ON live.slug = numbered.slug AND live.mode = 'live'
    JOIN owner ON owner.email = 'owner@' || numbered.slug || '.example'
), inserted AS (
    INSERT INTO workspaces_workspace (id, slug, name, mode, live_id, plan, created_at)
    SELECT id, slug, name, 'live', NULL::bigint, 'business', %(now)s FROM workspace WHERE mode = 'live' UNION ALL
    SELECT id, slug || '-test', name, 'test', live_id, '', %(now)s FROM workspace WHERE mode = 'test'
), membership AS (
    INSERT INTO workspaces_membership (workspace_id, user_id, role, created_at)
    SELECT id, owner_id, 'owner', %(now)s FROM workspace WHERE mode = 'live' ORDER BY id
), word AS (
    INSERT INTO messaging_optoutword (workspace_id, word, created_at)
    SELECT id, word, %(now)s FROM workspace, unnest(ARRAY['/stop', 'stop']) AS word ORDER BY id, word
), account AS (
    INSERT INTO messaging_account (workspace_id, name, kind, state, daily_limit, created_at)
    SELECT id, 'Sandbox', 'sandbox', 'connected', %(daily_limit)s, %(now)s FROM workspace WHERE mode = 'test'
    ORDER BY id RETURNING id, workspace_id
), entry AS (
    INSERT INTO workspaces_auditentry
    (workspace_id, at, action, subject_kind, subject_id, subject_label, surface, target, data)
    SELECT workspace_id, %(now)s, action, 'system', '', label, 'system', target, data::jsonb FROM (
        SELECT workspace_id, 'account.created' AS action, 'provisioning' AS label, account.id::text AS target,
            '{"kind": "sandbox"}' AS data, live_id, 1 AS place
        FROM account JOIN workspace ON workspace.id = workspace_id
        UNION ALL
        SELECT id, 'workspace.created', 'system', slug, '{"plan": "business"}', live_id, 2
        FROM workspace WHERE mode = 'live'
    ) AS entries ORDER BY live_id, place
)
SELECT id, owner_id FROM workspace ORDER BY id
"""


_hashed = cache(make_password)  # tests have the password, no two users are told apart by the hash


class Tenants:
    """``owner`` owns ``workspace`` and its test twin ``twin``; ``stranger`` owns ``other``."""

    def __init__(self) -> None:
        now, password = clock.now(), _hashed(PASSWORD)
        values = {"password": password, "now": now, "daily_limit": default_daily_limit()}
        connection.ensure_connection()
        (live, owner), (test, _), (other, stranger), (other_test, _) = (
            psycopg.Cursor(connection.connection).execute(INSERT, values, prepare=True).fetchall()
        )
        self.owner, self.stranger = (
            _existing(User(pk=pk, email=f"owner@{slug}.example", password=password, time_zone=""))
            for pk, slug in ((owner, "acme"), (stranger, "rival"))
        )
        self.workspace, self.other = (
            _existing(Workspace(pk=pk, slug=slug, name=slug.title(), plan=Plan.BUSINESS, created_at=now))
            for pk, slug in ((live, "acme"), (other, "rival"))
        )
        self.twin, _ = (
            _existing(Workspace(pk=pk, slug=f"{of.slug}-test", name=of.name, mode=Mode.TEST, live=of, created_at=now))
            for pk, of in ((test, self.workspace), (other_test, self.other))
        )

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


Row = TypeVar("Row", User, Workspace)


def _existing(row: Row) -> Row:
    """The object of a row that is in the database."""
    row._state.adding, row._state.db = False, connection.alias
    return row


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

    def put(self, path: str, body: Any = None, *, idempotency_key: str | None = None, **headers: str) -> Any:
        return self._write("put", path, body, idempotency_key, headers)

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
