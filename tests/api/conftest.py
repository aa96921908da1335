from typing import Any

import pytest


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    """Nothing here is about passwords, and a real hash costs each test half a second."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
