"""The search of the documentation."""

import re
from html import unescape

import pytest
from django.test import Client


def found(client: Client, query: str, **headers: str) -> list[tuple[str, str]]:
    """The addresses and headings of the results."""
    html = client.get("/docs/search", {"q": query}, headers=headers).content.decode()
    results = re.findall(r'<li><a href="([^"]+)"><small>[^<]*</small><strong>(.*?)</strong>', html)
    return [(unescape(address), unescape(re.sub(r"<[^>]+>", "", heading))) for address, heading in results]


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("rate_limited", "/docs/errors/rate_limited"),
        ("CRMSOLID_WEBHOOK_LOG_DAYS", "/docs/running#settings"),
        ("POST /v1/messages/send", "/swagger#/Messages/send_message"),
        ("webhooks", "/docs/guide/webhooks"),
        ("C#", "/docs/guide/dotnet"),
        ("X-Request-Id", "/docs/guide/requests#a-request"),
        ("Idempotency-Key", "/docs/guide/requests#a-request"),
        ("X-Signature", "/docs/guide/webhooks#check-the-signature"),
        ("webhook secret rotate", "/docs/guide/webhooks#rotate-the-secret"),
    ],
)
def test_exact_name_is_the_first_result(client: Client, query: str, address: str) -> None:
    assert found(client, query)[0][0] == address


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("send_message", "/swagger#/Messages/send_message"),  # a tool has this name, too
        ("restore backup", "/docs/deployment#restore-a-backup"),
        ("how do I restore a backup?", "/docs/deployment#restore-a-backup"),
        ("RESTORING BACKUPS", "/docs/deployment#restore-a-backup"),
        ("restor back", "/docs/deployment#restore-a-backup"),
    ],
)
def test_section_is_among_the_first_results(client: Client, query: str, address: str) -> None:
    assert address in [each for each, _ in found(client, query)[:3]]


def test_results_have_all_words_if_anything_has(client: Client) -> None:
    with_both = found(client, "advisory lock")
    assert ("/docs/architecture#from-a-post-to-its-row", "From a POST to its row") in with_both
    assert len(with_both) < len(found(client, "lock"))
    assert set(found(client, "advisory zzzzzz")) == set(found(client, "advisory")) != set()


@pytest.mark.parametrize("query", ["X-RateLimit", "webhook", "CRMSOLID"])
def test_each_address_is_one_result(client: Client, query: str) -> None:
    addresses = [address for address, _ in found(client, query)]
    assert len(addresses) == len(set(addresses)) > 0


def test_excerpt_has_the_words_marked(client: Client) -> None:
    html = client.get("/docs/search", {"q": "precondition"}).content.decode()
    assert "<mark>precondition_failed</mark>" in html


def test_query_is_shown_as_text(client: Client) -> None:
    html = client.get("/docs/search", {"q": '<b>"zzz'}).content.decode()
    assert "<b>" not in html
    assert 'value="&lt;b&gt;&quot;zzz"' in html
    assert "Nothing has “&lt;b&gt;&quot;zzz”." in html


@pytest.mark.parametrize("query", ["", " ", "a", "the", "(((", "\x00", "x" * 5000, "a " * 3000, "\\"])
def test_any_query_is_answered(client: Client, query: str) -> None:
    response = client.get("/docs/search", {"q": query})
    assert response.status_code == 200
    assert "<h1>" in response.content.decode()


def test_suggestions_are_the_list_alone(client: Client) -> None:
    response = client.get("/docs/search", {"q": "webhook"}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert html.lstrip().startswith("<ol")
    assert 'href="/docs/search?q=webhook"' in html
    assert "HX-Request" in response.headers["Vary"]
    suggested = found(client, "webhook", **{"HX-Request": "true"})
    assert len(suggested) == 8
    assert suggested == found(client, "webhook")[:8]
    assert client.get("/docs/search", {"q": ""}, headers={"HX-Request": "true"}).content.strip() == b""
