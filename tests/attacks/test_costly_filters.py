"""A customer previews filters of as many comparisons as are allowed, over many contacts, many at once. Each is answered
or refused soon, and the other customers are served as usual."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.attacks.crowd import NO_TAG_CONTAINS, NO_TAG_IS_ONE_OF, SLUG, create_attacker, fill
from tests.attacks.product import Answer, HealthyClient, Product

ATTACKERS = 16
ATTACK_SECONDS = 10.0
# A preview waits 5 s for its turn and takes 3 s, on a machine that does nothing else. Without bounds each runs into the
# 30 s of the session.
MAX_SECONDS = 20.0
# Up to three statements run beside it on two processors. With all threads taken, each request of the healthy client
# waits for about as long as a statement may run.
HEALTHY_MEDIAN_SECONDS = 1.0


@pytest.fixture(scope="module")
def attacker(product: Product) -> str:
    token = create_attacker(product)
    fill(product, SLUG)
    return token


def preview(product: Product, token: str, filter: object) -> Answer:
    body = json.dumps({"filter": filter}).encode()
    return product.call("POST", "/v1/segments/preview", body=body, token=token, timeout=120)


@contextmanager
def previews(product: Product, token: str, filter: object) -> Iterator[list[Answer]]:
    """The answers of many clients, each of which asks for the preview again and again."""
    ended, answers = threading.Event(), list[Answer]()

    def attack() -> None:
        while not ended.is_set():
            answers.append(preview(product, token, filter))

    threads = [threading.Thread(target=attack, daemon=True) for _ in range(ATTACKERS)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        ended.set()
        for thread in threads:
            thread.join(180)


@pytest.mark.parametrize("filter", [NO_TAG_CONTAINS, NO_TAG_IS_ONE_OF], ids=["no tag contains", "no tag is one of"])
def test_costly_previews_are_answered_or_refused_soon_and_others_are_served(
    product: Product, attacker: str, filter: object
) -> None:
    alone = preview(product, attacker, filter)
    with previews(product, attacker, filter) as answers:
        healthy = HealthyClient(product, "/v1/me").during(ATTACK_SECONDS)
    outcomes = Counter(answer.status if answer.status == 200 else answer.json()["code"] for answer in answers)
    slowest = max(answer.seconds for answer in answers)
    print(
        f"alone {alone.status} in {alone.seconds:.2f} s, {dict(outcomes)}, slowest {slowest:.2f} s;"
        f" healthy: {len(healthy.times)}, median {healthy.median:.3f} s, slowest {healthy.slowest:.3f} s"
    )
    assert alone.status == 200 or alone.json()["code"] == "filter_too_costly"
    assert set(outcomes) <= {200, "filter_too_costly", "rate_limited"}
    assert slowest < MAX_SECONDS
    assert set(healthy.statuses) == {200}
    assert healthy.median < HEALTHY_MEDIAN_SECONDS
    log = product.log()
    assert "Traceback" not in log and "statement timeout" not in log
