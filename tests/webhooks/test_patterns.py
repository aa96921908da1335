"""The document and the product agree on the address and the secret of an endpoint, in both directions."""

import unicodedata
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from schemathesis.generation.jsonschema.builder import build

from crmsolid.core.errors import DomainError
from tests.fuzzing import examples
from tests.tenants import Tenants
from webhooks.models import Endpoint
from webhooks.representations import EndpointIn
from webhooks.secrets import check_secret
from webhooks.services import create_endpoint

FIELDS: Any = EndpointIn().fields
SCHEMAS: dict[str, Any] = {name: FIELDS[name].json_schema() for name in ("url", "secret")}
VALIDATORS = {name: jsonschema_rs.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
MAX_HOST = 253  # the length of a part of a text, which no schema limits


def generated(name: str) -> st.SearchStrategy[str]:
    strategy: Any = build(SCHEMAS[name], draft=jsonschema_rs.Draft202012, formats={})
    return strategy


@pytest.fixture(autouse=True)
def _development(settings: Any) -> None:
    """Where http, every port and private hosts are allowed, the form alone decides."""
    settings.WEBHOOK_ALLOW_PRIVATE = True


def refusal(tenants: Tenants, url: str) -> str | None:
    try:
        create_endpoint(tenants.actor(), url=url, events=["message.sent"])
    except DomainError as error:
        return error.errors[0].code
    Endpoint.unscoped.all().delete()
    return None


@examples(150)
@given(url=generated("url"))
@example(url="HTTPS://Example.COM/")
@example(url="https://[2606:4700:4700::1111]:8443/hook")
@example(url="https://93.184.215.14/a%20b?key=%D0%B7#end")
@example(url="https://example.com./@someone?mail=a@b.example")
def test_url_that_the_document_calls_valid_is_accepted(tenants: Tenants, url: str) -> None:
    assume(len(url.partition("://")[2]) <= MAX_HOST)
    assert refusal(tenants, url) is None


@pytest.mark.parametrize(
    "url",
    [
        *("https://пример.рф/", "https://example.com/путь", "https://example.com/{id}", "https://example.com/a|b"),
        *("https://example.com/?a[]=1", "https://example.com/%zz", "https://example.com/<x>", "https://example.com/^"),
        *("https://user@example.com/", "https://example.com:0/", "https://example.com:65536/", "https://example.123/"),
        *("https://[::1/", "https://[fe80::1%25eth0]/", "https://127.1/", "ftp://example.com/", "https://", "example"),
        *("https://exa mple.com/", "https://example.com\\@127.0.0.1/", "https://example.com/\n", "https://-a.example/"),
    ],
)
def test_what_is_no_uri_is_refused_by_the_product_and_the_document(tenants: Tenants, url: str) -> None:
    assert refusal(tenants, url) is not None
    assert not Endpoint.unscoped.exists()
    assert not VALIDATORS["url"].is_valid(url)


@examples(300)
@given(secret=generated("secret"))
@example(secret="пароль🔑")
def test_secret_that_the_document_calls_valid_is_accepted(secret: str) -> None:
    assert check_secret(secret) == secret


def test_secret_with_a_character_that_shows_nothing_is_refused_by_the_product_and_the_document() -> None:
    hidden = [
        chr(code) for code in range(0x10000) if unicodedata.category(chr(code)) in ("Cc", "Cf", "Co", "Zl", "Zp", "Zs")
    ]
    assert len(hidden) > 6400
    for character in hidden:
        with pytest.raises(DomainError):
            check_secret(f"a{character}b")
        assert not VALIDATORS["secret"].is_valid(f"a{character}b")
