from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from tests.mcp.helpers import furnish
from tests.tenants import Tenants

Ids = dict[str, Any]


@dataclass
class Furnished:
    """Workspaces with rows for every tool, and their ids: of ``workspace``, of ``other`` and of ``twin``."""

    tenants: Tenants
    ours: Ids
    theirs: Ids
    twins: Ids


@pytest.fixture(scope="module")
def furnished_once(rows_of_module: None) -> Furnished:
    tenants = Tenants()
    workspaces = (tenants.workspace, tenants.other, tenants.twin)
    return Furnished(tenants, *(furnish(tenants, workspace) for workspace in workspaces))


@pytest.fixture
def furnished(db: None, furnished_once: Furnished) -> Furnished:
    """A module that uses it takes its ``tenants`` from there."""
    return deepcopy(furnished_once)


@pytest.fixture
def ids(furnished: Furnished) -> Ids:
    return furnished.ours
