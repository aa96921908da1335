"""Sending a message with the same work as the product's, in the fewest statements.

The account is locked first. Its slots are counted in the next statement, because a statement that waits for a lock
counts what it saw before the wait. That statement also finds or creates the contact, upserts the thread, and writes the
message, the event of a new contact and the idempotency record.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsolid.core.ids import new_id

LOCK = "BEGIN; SELECT daily_limit, state FROM messaging_account WHERE id = %d AND workspace_id = %d FOR NO KEY UPDATE"

SEND = """
WITH used AS (
  SELECT count(*) AS slots FROM (
    SELECT 1 FROM messaging_message WHERE account_id = %(account)s AND slot_at > %(since)s
    UNION ALL SELECT 1 FROM messaging_spentslot WHERE account_id = %(account)s AND slot_at > %(since)s) AS taken
), existing AS (
  SELECT id, opted_out FROM contacts_contact WHERE workspace_id = %(ws)s AND username_key = %(key)s FOR NO KEY UPDATE
), made AS (
  INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email,
    phone, time_zone, stage, score, opted_out, custom_fields, folded_fields, search, created_at, updated_at)
  SELECT %(contact)s, %(ws)s, '', '', '', %(username)s, %(key)s, '', '', '', 'new', 0, false, '{}', '{}', %(search)s,
    %(now)s, %(now)s
  WHERE NOT EXISTS (SELECT FROM existing) AND NOT EXISTS
    (SELECT FROM contacts_optout WHERE workspace_id = %(ws)s AND digest = %(optout)s) RETURNING id
), contact AS (
  SELECT id FROM existing WHERE NOT opted_out UNION ALL SELECT id FROM made
), event AS (
  INSERT INTO events_event (id, workspace_id, type, body, contact_id, request_id, created_at)
  SELECT %(event)s, %(ws)s, 'contact.created', %(created)s, id, '', %(now)s FROM made
), thread AS (
  INSERT INTO messaging_thread (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at)
  SELECT %(thread)s, %(ws)s, %(account)s, id, 0, %(now)s, %(now)s FROM contact
  ON CONFLICT (account_id, contact_id) DO UPDATE SET
    last_message_at = GREATEST(excluded.last_message_at, messaging_thread.last_message_at) RETURNING id, contact_id
), message AS (
  INSERT INTO messaging_message (id, workspace_id, account_id, thread_id, contact_id, direction, kind, status, text,
    rendered, request_id, recipient, source, random_id, eta, slot_at, lease, attempts, error, error_detail, created_at)
  SELECT %(message)s, %(ws)s, %(account)s, id, contact_id, 'out', 'text', 'queued', %(text)s, false, '', %(recipient)s,
    'direct', %(random)s, %(now)s, %(now)s, '', 0, '', '', %(now)s FROM thread
), record AS (
  INSERT INTO apikeys_idempotencyrecord
    (workspace_id, key, fingerprint, status, headers, body, sealed, contact_id, created_at)
  SELECT %(ws)s, %(idem)s, %(mark)s, 200, '{"Content-Type": "application/json"}', %(body)s, false, contact_id, %(now)s
  FROM thread
)
SELECT used.slots, EXISTS (SELECT FROM thread) FROM used
"""


def send(cursor: Any, row: Any, idem: str, raw: bytes, dumps: Callable[[object], bytes]) -> tuple[str, bytes]:
    """The status line and the body. As in the product, nothing is written for 404, 429 and 403 (opted out)."""
    sent = json.loads(raw)
    account = int(sent["account_id"])
    cursor.execute(LOCK % (account, row[1]))
    cursor.nextset()
    account_row = cursor.fetchone()
    if account_row is None:
        cursor.execute("ROLLBACK")
        return "404 Not Found", b""
    now, username, message = datetime.now(UTC), sent["to"].lstrip("@"), new_id("msg")
    body = dumps({"id": message, "status": "queued", "eta": now})
    contact, event = new_id("con"), new_id("evt")
    cursor.execute(
        SEND,
        {
            "account": account, "since": now - timedelta(days=1), "ws": row[1], "key": username.lower(),
            "username": username, "search": f"@{username}".lower(), "contact": contact, "event": event,
            "created": dumps(_created(event, contact, username, now)), "thread": new_id("thr"), "message": message,
            "text": sent["text"], "recipient": f"@{username}", "random": secrets.randbits(63), "now": now,
            "optout": hashlib.sha256(f"{row[1]}:username:{username.lower()}".encode()).digest(), "idem": idem,
            "mark": hashlib.sha256(b"POST\n/v1/messages/send\n" + raw).digest(), "body": body,
        },
    )  # fmt: skip
    slots, written = cursor.fetchone()
    if slots >= account_row[0] or not written:
        cursor.execute("ROLLBACK")
        return ("429 Too Many Requests" if slots >= account_row[0] else "403 Forbidden"), b""
    cursor.execute("COMMIT")
    return "200 OK", body


def _created(event: str, contact: str, username: str, now: datetime) -> dict[str, object]:
    contact_data = {
        "id": contact, "name": "", "first_name": "", "last_name": None, "username": username, "telegram_id": None,
        "email": None, "phone": None, "time_zone": None, "tags": [], "stage": "new", "score": 0, "opted_out": False,
        "custom_fields": {}, "created_at": now, "updated_at": now,
    }  # fmt: skip
    return {"event": "contact.created", "id": event, "created_at": now, "data": {"contact": contact_data}}
