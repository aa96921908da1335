from collections.abc import Callable
from typing import Any

import pytest

from contacts.models import CustomField
from crmsolid.workspaces.actor import Scope
from tests.tenants import Api, Tenants

Upsert = Callable[..., dict[str, Any]]


@pytest.fixture
def ours(api: Api, tenants: Tenants) -> Api:
    """A client of our workspace, with every scope."""
    return api(tenants.key())


@pytest.fixture
def theirs(api: Api, tenants: Tenants) -> Api:
    """A client of another workspace, with every scope."""
    return api(tenants.key(workspace=tenants.other))


@pytest.fixture
def write_only(api: Api, tenants: Tenants) -> Api:
    """A client of our workspace that may write contacts but not read them."""
    return api(tenants.key([Scope.WRITE_CONTACTS]))


@pytest.fixture
def upsert(ours: Api) -> Upsert:
    """Upsert a contact of our workspace with these fields; returns the contact as answered."""

    def post(**fields: Any) -> dict[str, Any]:
        response = ours.post("/v1/contacts", fields)
        assert response.status_code in (200, 201), response.content
        return dict(response.json())

    return post


@pytest.fixture
def custom_fields(tenants: Tenants) -> None:
    """One custom field of each type in our workspace."""
    for key, field_type, choices in (
        ("company", "text", []),
        ("seats", "number", []),
        ("vip", "boolean", []),
        ("renews", "date", []),
        ("size", "choice", ["S", "L"]),
    ):
        CustomField.unscoped.create(
            workspace=tenants.workspace, key=key, label=key.title(), type=field_type, choices=choices
        )
