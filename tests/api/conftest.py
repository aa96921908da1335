import pytest
from django.test import Client


@pytest.fixture
def client() -> Client:
    """A client without a key. An unhandled exception becomes a response, as it does for a real client."""
    return Client(raise_request_exception=False)
