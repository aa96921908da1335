import pytest
from django.test import Client


@pytest.fixture
def client() -> Client:
    """A client without a key. An exception in the product becomes a response, as it does in production."""
    return Client(raise_request_exception=False)
