"""One customer's jobs are as costly as they can be; those of another customer wait no longer for it."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.attacks.crowd import NO_TAG_CONTAINS, SLUG, create_attacker, fill
from tests.attacks.product import Answer, Product, running_product
from tests.waiting import wait_until

BROADCASTS = 3
IMPORTS = 5
# Of the import of one row on two busy cores. It took 85 s and more where jobs were served by how long they had waited,
# and each chunk compared all contacts.
MAX_SECONDS = 15.0


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture(scope="module")
def attacker(product: Product) -> tuple[str, str]:
    """The token of a customer with many contacts, and the id of a segment that was made when there were none."""
    token = create_attacker(product, "--test")
    segment = call(product, token, "POST", "/v1/segments", {"name": "Costly", "filter": NO_TAG_CONTAINS})
    fill(product, f"{SLUG}-test")
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
