from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sdk.dotnet.projects import DotNet, dotnet_in
from tests.sdk.faults.suite import Suite, running_suite
from tests.sdk.live import Live, live_product

pytest.register_assert_rewrite("tests.sdk.scenario")


@pytest.fixture(scope="package")
def live_of_package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live_product(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture
def live(live_of_package: Live) -> Live:
    """The running product. The proxy has no fault planned and has seen no request."""
    live_of_package.proxy.reset()
    return live_of_package


@pytest.fixture(scope="session")
def dotnet(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> DotNet:
    """The .NET SDK. What it builds is shared by the processes of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    return dotnet_in((base if worker_id == "master" else base.parent) / "dotnet")


@pytest.fixture
def faults(tmp_path: Path) -> Iterator[Suite]:
    """A server that fails, and the scenarios in which it does."""
    with running_suite(tmp_path) as suite:
        yield suite
