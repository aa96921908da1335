from typing import Any

import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    """Nothing here is about passwords, and a real hash costs each test half a second."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def client() -> Client:
    """A client without a key; a fault is an answer to it, as to anybody outside."""
    return Client(raise_request_exception=False)
