"""The same work as the product's, written for speed alone: psycopg, few statements, one Redis round trip, no framework.

One statement reads token, scopes, plan and the stored response; the rate limit is the same script; one more statement
writes the contact, its tags, both events and the idempotency record (``by_hand_send`` is the other write). It supports
one database, ignores conflicts of identities, and could not be maintained. It shows what is possible at most.
"""

import hashlib
import json
import os
import threading
from datetime import UTC, datetime

import psycopg

from apikeys.limiter import RedisLimiter
from bench.by_hand_send import send
from crmsolid.core.ids import new_id
from crmsolid.core.redis import build_client
from crmsolid.serving.root import RootApplication

DSN = os.environ["DATABASE_URL"]
LIMITER = RedisLimiter(build_client(os.environ["REDIS_URL"]))
_local = threading.local()

AUTH = """
SELECT k.id, k.workspace_id, k.scopes, k.rate_limit, k.revoked_at, k.expires_at, l.plan, r.fingerprint, r.status, r.body
FROM apikeys_apikey k JOIN workspaces_workspace w ON w.id = k.workspace_id
JOIN workspaces_workspace l ON l.id = COALESCE(w.live_id, w.id)
LEFT JOIN apikeys_idempotencyrecord r ON r.workspace_id = k.workspace_id AND r.key = %s WHERE k.digest = %s
"""

WRITE = """
WITH contact AS (
  INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email,
    email_key, phone, time_zone, stage, score, opted_out, custom_fields, folded_fields, search, created_at,
    updated_at)
  VALUES (%(id)s, %(ws)s, %(name)s, '', '', %(username)s, %(key)s, %(email)s, %(email)s, '', '', 'new', 0, false, '{}',
    '{}', %(search)s, %(now)s, %(now)s) RETURNING id
), tags AS (
  INSERT INTO contacts_contacttag (workspace_id, contact_id, name, folded, created_at)
  SELECT %(ws)s, contact.id, t, lower(t), %(now)s FROM contact, unnest(%(tags)s::text[]) AS t
), events AS (
  INSERT INTO events_event (id, workspace_id, type, body, contact_id, request_id, created_at)
  VALUES (%(e1)s, %(ws)s, 'contact.created', %(b1)s, %(id)s, '', %(now)s),
         (%(e2)s, %(ws)s, 'contact.tagged', %(b2)s, %(id)s, '', %(now)s)
)
INSERT INTO apikeys_idempotencyrecord
  (workspace_id, key, fingerprint, status, headers, body, sealed, contact_id, created_at)
VALUES (%(ws)s, %(idem)s, %(mark)s, 201, '{"Content-Type": "application/json"}', %(body)s, false, %(id)s, %(now)s)
"""

LIST = """
SELECT c.*, ARRAY(SELECT name FROM contacts_contacttag t WHERE t.contact_id = c.id ORDER BY name) AS tags
FROM contacts_contact c WHERE workspace_id = %s ORDER BY created_at DESC, id DESC LIMIT 51
"""


def connection() -> psycopg.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(DSN, autocommit=True)
    return _local.connection


def dumps(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_text).encode()


def _text(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def application(environ, start_response):
    token = environ.get("HTTP_AUTHORIZATION", "")[7:]
    idem = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    cursor = connection().cursor()
    row = cursor.execute(AUTH, [idem, hashlib.sha256(token.encode()).digest()]).fetchone()
    if row is None:
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return [b""]
    decision = LIMITER.check(f"key:{row[0]}", row[3] or 600)
    if environ["PATH_INFO"] == "/v1/messages/send":
        status, body = send(cursor, row, idem, environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])), dumps)
    elif environ["REQUEST_METHOD"] == "POST":
        status, body = "201 Created", upsert(cursor, row, idem, environ)
    else:
        status, body = "200 OK", listing(cursor, row[1])
    start_response(
        status,
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("X-RateLimit-Limit", str(decision.limit)),
            ("X-RateLimit-Remaining", str(decision.remaining)),
            ("X-RateLimit-Reset", str(decision.reset_seconds)),
            ("X-Request-Id", "bench"),
        ],
    )
    return [body]


def upsert(cursor, row, idem, environ):
    raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    sent = json.loads(raw)
    now, identity, username = datetime.now(UTC), new_id("con"), sent["username"].lstrip("@")
    contact = {
        "id": identity, "name": sent["name"], "first_name": sent["name"].split(" ")[0], "last_name": None,
        "username": username, "telegram_id": None, "email": sent["email"], "phone": None, "time_zone": None,
        "tags": sorted(sent["tags"]), "stage": "new", "score": 0, "opted_out": False, "custom_fields": {},
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    e1, e2 = new_id("evt"), new_id("evt")
    body = dumps({"created": True, **contact})
    cursor.execute(
        WRITE,
        {
            "id": identity, "ws": row[1], "name": sent["name"], "username": username, "key": username.lower(),
            "email": sent["email"].lower(), "search": f"{sent['name']}\n{username}\n{sent['email']}".lower(),
            "now": now, "tags": sent["tags"], "e1": e1, "e2": e2, "idem": idem,
            "b1": dumps({"event": "contact.created", "id": e1, "created_at": now, "data": {"contact": contact}}),
            "b2": dumps({"event": "contact.tagged", "id": e2, "created_at": now,
                         "data": {"contact": contact, "added": sent["tags"]}}),
            "mark": hashlib.sha256(b"POST\n/v1/contacts\n" + raw).digest(), "body": body,
        },
    )  # fmt: skip
    return body


def listing(cursor, workspace_id):
    rows = cursor.execute(LIST, [workspace_id]).fetchall()
    names = [column.name for column in cursor.description]
    data = [dict(zip(names, row, strict=True)) for row in rows[:50]]
    return dumps({"data": data, "next_cursor": None})


asgi = RootApplication({}, application)
