from typing import Any

import pytest

from crmsolid.api.openapi import document
from tests.api import example_api


def pytest_configure(config: pytest.Config) -> None:
    """Schemathesis makes a test of each operation. Every other run goes without it (``addopts`` in pyproject.toml): to
    import it takes a second in each process."""
    config.pluginmanager.import_plugin("schemathesis.pytest.plugin")


@pytest.fixture(scope="package")
def product_document() -> dict[str, Any]:
    """The OpenAPI document of the product."""
    return document.build()


@pytest.fixture(scope="package")
def example_document() -> dict[str, Any]:
    """The OpenAPI document of tests/api/example_api.py."""
    return document.build(example_api.__name__)
