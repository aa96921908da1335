from collections.abc import Callable
from typing import Any

import pytest

from contacts.models import CustomField
from crmsolid.workspaces.scopes import Scope
from tests.cast import Api, Cast

Add = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Nobody signs in here; a slow hash for each test's users would take most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ours(api: Api, cast: Cast) -> Api:
    """Our workspace with every scope."""
    return api(cast.key())


@pytest.fixture
def rival(api: Api, cast: Cast) -> Api:
    """The stranger's, with every scope."""
    return api(cast.key(workspace=cast.other))


@pytest.fixture
def writer(api: Api, cast: Cast) -> Api:
    """Ours, allowed to write contacts and not to read them."""
    return api(cast.key([Scope.WRITE_CONTACTS]))


@pytest.fixture
def add(ours: Api) -> Add:
    """Upsert a contact of ours; answers it."""

    def call(**body: Any) -> dict[str, Any]:
        found = ours.post("/v1/contacts", body)
        assert found.status_code in (200, 201), found.content
        return dict(found.json())

    return call


@pytest.fixture
def fields(cast: Cast) -> None:
    """One custom field of each type."""
    for key, kind, choices in (
        ("company", "text", []),
        ("seats", "number", []),
        ("vip", "boolean", []),
        ("renews", "date", []),
        ("size", "choice", ["S", "L"]),
    ):
        CustomField.unscoped.create(workspace=cast.workspace, key=key, label=key.title(), type=kind, choices=choices)
