"""One running product for what other programs do with the API: examples, n8n."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.attacks.product import Product, running_product

ACCOUNT_ID = 7421
CONFIGURATION = {
    "sequences": [
        {
            "name": "Welcome",
            "account_ids": [ACCOUNT_ID],
            "steps": [{"delay": "P1D", "text": "Hello {first_name|there}"}],
        }
    ]
}


@dataclass(frozen=True, slots=True)
class Live:
    """The product with a sandbox account and an active sequence. ``key`` is a live key with every scope."""

    product: Product
    sequence_id: str
    account_id: int = ACCOUNT_ID

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.product.port}"

    @property
    def key(self) -> str:
        return self.product.token


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("integrations")
    with running_product(folder) as product:
        configuration = folder / "configuration.json"
        configuration.write_text(json.dumps(CONFIGURATION))
        product.manage("apply_config", "--workspace", "demo", str(configuration))
        sequence_id = product.call("GET", "/v1/sequences").json()["data"][0]["id"]
        started = product.call("POST", f"/v1/sequences/{sequence_id}/start", body=b"{}")
        assert started.status == 200, started.body
        yield Live(product, sequence_id)
