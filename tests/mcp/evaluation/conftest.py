from collections.abc import Iterator
from copy import deepcopy

import pytest

from tests.mcp.evaluation.workspace import Prepared, prepared


@pytest.fixture(scope="module")
def prepared_once(rows_of_module: None) -> Iterator[Prepared]:
    with prepared("acme") as workspace:
        yield workspace


@pytest.fixture
def workspace(db: None, prepared_once: Prepared) -> Prepared:
    return deepcopy(prepared_once)
