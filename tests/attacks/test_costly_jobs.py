"""One customer's jobs are as costly as they can be; those of another customer wait no longer for it."""

import json
import os
import time
from typing import Any

import psycopg
import pytest

from tests.attacks.product import ON_POSTGRESQL_ALONE, Answer, Product
from tests.waiting import wait_until

pytestmark = [pytest.mark.usefixtures("services"), ON_POSTGRESQL_ALONE]

CONTACTS = int(os.environ.get("ATTACK_CONTACTS", "150000"))
BROADCASTS = 3
IMPORTS = 5
# Of the import of one row on two busy cores. It took 85 s and more where jobs were served by how long they had waited,
# and each chunk compared all contacts.
MAX_SECONDS = 15.0
ADD_CONTACTS = """
    INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email,
      phone, time_zone, stage, score, opted_out, custom_fields, folded_fields, search, created_at, updated_at)
    SELECT 'con_' || lpad(n::text, 26, '0'), w.id, 'Person ' || n, '', '', 'person_' || n, 'person_' || n, '', '', '',
      'new', 0, false, '{}', '{}', '', now(), now()
    FROM workspaces_workspace w, generate_series(1, %s) AS n WHERE w.slug = 'attacker-test'
"""
ADD_TAGS = """
    INSERT INTO contacts_contacttag (workspace_id, contact_id, name, folded, created_at)
    SELECT c.workspace_id, c.id, tag, tag, now()
    FROM contacts_contact c CROSS JOIN LATERAL (VALUES ('region ' || right(c.id, 2)),
      ('group ' || right(c.id, 3))) AS t (tag)
"""
COSTLY = {"all": [{"not": {"field": "tag", "op": "contains", "value": f"nobody has {number}"}} for number in range(49)]}


@pytest.fixture(scope="module")
def attacker(product: Product) -> tuple[str, str]:
    """The token of a customer with many contacts, and the id of a segment that was made when there were none."""
    product.manage("create_workspace", "attacker", "--owner", "attacker@example.com", "--plan", "business")
    options = ("--workspace", "attacker", "--name", "attack", "--scopes", "all", "--test", "--json")
    token = str(json.loads(product.manage("create_api_key", *options))["token"])
    segment = call(product, token, "POST", "/v1/segments", {"name": "Costly", "filter": COSTLY})
    with psycopg.connect(product.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(ADD_CONTACTS, [CONTACTS])
        connection.execute(ADD_TAGS)
        connection.execute("ANALYZE contacts_contact, contacts_contacttag")
    return token, segment["id"]


def call(product: Product, token: str | None, method: str, path: str, body: object = None) -> Any:
    answer = product.call(method, path, body=json.dumps(body).encode() if body else None, token=token)
    return accepted(answer).json()


def accepted(answer: Answer) -> Answer:
    assert answer.status in (200, 201, 202), answer.body
    return answer


def import_one_row(product: Product, number: int) -> float:
    """Import a row into the healthy customer's workspace, and return how many seconds it took until it was done."""
    began = time.monotonic()
    answer = product.call(
        "POST",
        "/v1/contacts/import",
        body=f"username\nhealthy_{number}\n".encode(),
        headers={"Content-Type": "text/csv"},
    )
    path = f"/v1/jobs/{accepted(answer).json()['id']}"
    job = wait_until(lambda: ended(call(product, None, "GET", path)), f"the end of {path}", seconds=120)
    assert (job["state"], job["result"]["created"]) == ("done", 1), job
    seconds = time.monotonic() - began
    print(f"an import took {seconds:.1f} s", flush=True)
    return seconds


def ended(job: dict[str, Any]) -> dict[str, Any] | None:
    return job if job["finished_at"] else None


def test_broadcasts_to_a_costly_segment_do_not_hold_up_the_import_of_another_customer(
    product: Product, attacker: tuple[str, str]
) -> None:
    token, segment = attacker
    import_one_row(product, 0)
    account = call(product, token, "GET", "/v1/accounts")["data"][0]["id"]
    body = {"text": "Hello", "account_ids": [account], "audience": {"segment_id": segment}}
    broadcasts = [
        call(product, token, "POST", "/v1/broadcasts", {"name": f"Attack {number}", **body})
        for number in range(BROADCASTS)
    ]
    during = [import_one_row(product, number) for number in range(1, IMPORTS + 1)]
    for broadcast in broadcasts:
        job = call(product, token, "GET", f"/v1/jobs/{broadcast['job_id']}")
        print(job["state"], job["errors"], job["result"])
    assert max(during) < MAX_SECONDS
