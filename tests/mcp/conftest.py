from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from apikeys.models import ApiKey
from crmsolid.limits.models import Proposal
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


class AskingTenants(Tenants):
    """A new key is the one that has asked for the proposals of its workspace, so that every tool works with it."""

    def key(self, *args: Any, **options: Any) -> str:
        token = super().key(*args, **options)
        key = ApiKey.unscoped.latest("created_at", "id")
        Proposal.unscoped.filter(workspace=key.workspace).update(holder=key.first_id)
        return token


@pytest.fixture(scope="module")
def furnished_once(rows_of_module: None) -> Furnished:
    tenants = AskingTenants()
    workspaces = (tenants.workspace, tenants.other, tenants.twin)
    return Furnished(tenants, *(furnish(tenants, workspace) for workspace in workspaces))


@pytest.fixture
def furnished(db: None, furnished_once: Furnished) -> Furnished:
    """A module that uses it takes its ``tenants`` from there."""
    return deepcopy(furnished_once)


@pytest.fixture
def ids(furnished: Furnished) -> Ids:
    return furnished.ours
