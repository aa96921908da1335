"""A customer with very many contacts, for attacks by filters that are as costly as they may be."""

import json
import os
from typing import Any

import psycopg

from tests.attacks.product import Product

CONTACTS = int(os.environ.get("ATTACK_CONTACTS", "150000"))
SLUG = "attacker"
_FILL = (
    """
INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email, phone,
  time_zone, stage, score, opted_out, custom_fields, folded_fields, search, created_at, updated_at)
SELECT 'con_' || lpad(n::text, 26, '0'), w.id, 'Person ' || n, '', '', 'user_' || n, 'user_' || n, '', '', '', 'new', 0,
  false, '{}', '{}', 'person ' || n, now() - n * interval '1 second', now()
FROM workspaces_workspace w, generate_series(1, %(contacts)s) n WHERE w.slug = %(slug)s
""",
    """
INSERT INTO contacts_contacttag (workspace_id, contact_id, name, folded, created_at)
SELECT w.id, 'con_' || lpad(n::text, 26, '0'), t, t, now()
FROM workspaces_workspace w, generate_series(1, %(contacts)s) n, generate_series(0, 2) k,
  LATERAL (SELECT 'topic ' || (n + k * 97) %% 300 AS t) tags
WHERE w.slug = %(slug)s
""",
)
NO_TAG_CONTAINS: dict[str, Any] = {
    "all": [{"not": {"field": "tag", "op": "contains", "value": f"no {n}"}} for n in range(49)]
}
NO_TAG_IS_ONE_OF: dict[str, Any] = {
    "all": [
        {"not": {"field": "tag", "op": "in", "value": [f"topic {(n + k * 3) % 300}" for k in range(100)]}}
        for n in range(49)
    ]
}


def create_attacker(product: Product, *options: str) -> str:
    """The token of a key of a customer who has no contacts yet."""
    product.manage("create_workspace", SLUG, "--owner", "attacker@example.com", "--plan", "business")
    command = ("create_api_key", "--workspace", SLUG, "--name", "attack", "--scopes", "all", "--rate-limit", "10000")
    return str(json.loads(product.manage(*command, "--json", *options))["token"])


def fill(product: Product, slug: str) -> None:
    """Give the workspace so many contacts, with three tags each."""
    with psycopg.connect(product.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # without the checks of foreign keys
        for statement in _FILL:
            connection.execute(statement, {"contacts": CONTACTS, "slug": slug})
        connection.execute("ANALYZE contacts_contact, contacts_contacttag")
