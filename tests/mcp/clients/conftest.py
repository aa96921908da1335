from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.attacks.product import Product, running_product
from tests.mcp.clients.node import Node, installed_node


@dataclass(frozen=True, slots=True)
class Keys:
    """Tokens of the product: of every scope, and of those that only read."""

    full: str
    reading: str


def sent_texts(product: Product) -> list[str]:
    """The texts of the last 100 messages, sent or not."""
    return [message["text"] for message in product.call("GET", "/v1/messages?limit=100").json()["data"]]


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The web of one product for all clients; what they send stays queued."""
    with running_product(tmp_path_factory.mktemp("product"), worker=False) as running:
        yield running


@pytest.fixture(scope="package")
def url(product: Product) -> str:
    return f"http://127.0.0.1:{product.port}/mcp"


@pytest.fixture(scope="package")
def keys(product: Product) -> Keys:
    reading = product.create_key("reading", "--scopes", "read:contacts,read:messages")
    return Keys(product.token, reading)


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    return installed_node(tmp_path_factory.mktemp("home"))
