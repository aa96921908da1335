from collections.abc import Iterator

import pytest

from tests.attacks.product import Product, running_product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One running product for the attacks of a module."""
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running
