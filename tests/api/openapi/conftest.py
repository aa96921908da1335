from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from crmsolid.api import openapi
from tests.api import example_api


def pytest_configure(config: pytest.Config) -> None:
    """Schemathesis makes a test of each operation. Every other run goes without it (``addopts`` in pyproject.toml): to
    import it takes a second in each process."""
    config.pluginmanager.import_plugin("schemathesis.pytest.plugin")
    from schemathesis.pytest import _test_builder

    if not isinstance(_test_builder.build_operation_test, partial):
        _test_builder.build_operation_test = partial(_build_later, _test_builder.build_operation_test)


def _build_later(build: Callable[..., Callable[[], None]], *, test_func: Any, **options: Any) -> Callable[[], None]:
    """Schemathesis generates the requests of a test when it is collected, which takes 15 s for all of them, in each
    process of a run. Generate those of one operation when its test runs."""

    def test() -> None:
        built = build(test_func=test_func, **options)
        test.__dict__.update(vars(built))  # what the plugin reads when the test has ended
        built()

    test.pytestmark = test_func.pytestmark  # type: ignore[attr-defined]
    return test


@pytest.fixture(scope="package")
def product_document() -> dict[str, Any]:
    """The OpenAPI document of the product."""
    return openapi.build()


@pytest.fixture(scope="package")
def example_document() -> dict[str, Any]:
    """The OpenAPI document of tests/api/example_api.py."""
    return openapi.build(example_api.__name__)
