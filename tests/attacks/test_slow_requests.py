"""A customer asks for many things that take long, all at once; the other customers are answered as usual."""

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest

from tests.attacks.product import ON_POSTGRESQL_ALONE, Answer, HealthyClient, Product

pytestmark = [pytest.mark.usefixtures("services"), ON_POSTGRESQL_ALONE]

CONTACTS = 150_000
AT_ONCE = 16
ATTACK_SECONDS = 20.0
# Between two and three processors' worth of statements run beside it. With all threads taken, each request of the
# healthy client waits for about as long as a statement may run, which is 30 s.
HEALTHY_MEDIAN_SECONDS = 1.0

_CONTACTS = """
INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, email, phone, time_zone,
  stage, score, opted_out, custom_fields, search, created_at, updated_at)
SELECT 'con_' || lpad(n::text, 26, '0'), %s, 'Person ' || n, '', '', '', '', '', '', 'new', 0, false, '{}',
  'person ' || n, now() - n * interval '1 second', now()
FROM generate_series(1, %s) AS n
"""
_TAGS = """
INSERT INTO contacts_contacttag (workspace_id, contact_id, name, folded, created_at)
SELECT %s, 'con_' || lpad(n::text, 26, '0'), 'tag ' || k, 'tag ' || k, now()
FROM generate_series(1, %s) AS n, LATERAL (SELECT DISTINCT (n * m) %% 97 AS k FROM generate_series(1, 3) AS m) AS tags
"""
COSTLY_FILTER = {
    "all": [{"not": {"all": [{"field": "tag", "op": "contains", "value": f"g {n} x{n}"}]}} for n in range(49)]
}


@pytest.fixture(scope="module")
def attacker(product: Product) -> str:
    """A live key of another workspace, which has 150,000 contacts."""
    product.manage("create_workspace", "attacker", "--owner", "attacker@example.com")
    with psycopg.connect(product.environment["DATABASE_URL"], autocommit=True) as connection:
        query = "SELECT id FROM workspaces_workspace WHERE slug = 'attacker'"
        row = connection.execute(query).fetchone()
        assert row is not None
        for statement in (_CONTACTS, _TAGS):
            connection.execute(statement, [row[0], CONTACTS])
        connection.execute("ANALYZE contacts_contact, contacts_contacttag")
    return key_of(product, "attacker")


def key_of(product: Product, workspace: str, *options: str) -> str:
    created = product.manage(
        *("create_api_key", "--workspace", workspace, "--name", f"key {options}", "--scopes", "all", "--json"),
        *("--rate-limit", "10000", *options),
    )
    return str(json.loads(created)["token"])


def preview(product: Product, token: str, filter: Any) -> Answer:
    body = json.dumps({"filter": filter}).encode()
    return product.call("POST", "/v1/segments/preview", body=body, token=token, timeout=120)


@contextlib.contextmanager
def repeated(send: Callable[[], Answer], times: int) -> Iterator[Counter[int]]:
    """Send so many requests at a time, one after the other, and count the statuses of the answers."""
    ended, statuses = threading.Event(), Counter[int]()

    def attack() -> None:
        while not ended.is_set():
            statuses[send().status] += 1

    threads = [threading.Thread(target=attack, daemon=True) for _ in range(times)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        for thread in threads:
            thread.join(180)


def test_sixteen_costly_previews_at_once_do_not_stop_another_customer(product: Product, attacker: str) -> None:
    quiet = HealthyClient(product, "/v1/me").during(2)
    with repeated(partial(preview, product, attacker, COSTLY_FILTER), AT_ONCE) as statuses:
        healthy = HealthyClient(product, "/v1/me").during(ATTACK_SECONDS)
    figures = f"quiet {quiet.median:.3f} s, attacked {healthy.median:.3f} s, slowest {healthy.slowest:.3f} s"
    print(figures, len(healthy.times), dict(statuses))
    assert set(healthy.statuses) == {200}
    assert set(statuses) <= {200, 422, 429, 503}
    assert healthy.median < HEALTHY_MEDIAN_SECONDS, figures
