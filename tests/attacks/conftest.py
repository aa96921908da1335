from collections.abc import Iterator

import pytest

from tests.attacks.product import Product, running_product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The web of one product for the attacks of a module."""
    with running_product(tmp_path_factory.mktemp("product"), worker=False) as running:
        yield running
