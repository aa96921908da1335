"""Which links of a message are new to a conversation."""

import time
from typing import Any

import pytest

from contacts.models import Contact
from messaging.models import Account, Message
from messaging.review import MAX_HOSTS, links_in, new_links, new_links_by_values
from tests.mcp.helpers import write_in
from tests.sequences.helpers import contact
from tests.tenants import Tenants


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://example.com/Offer?id=1, please.", {"example.com/Offer?id=1"}),
        ("HTTP://WWW.Example.COM/", {"example.com"}),
        ("example.com and (www.example.com/a).", {"example.com", "example.com/a"}),
        ("notevil.com", {"notevil.com"}),
        ("example.com.evil.io", {"example.com.evil.io"}),
        ("example.com:8443/x", {"example.com:8443/x"}),
        ("t.me/Marco, https://telegram.me/marco/ and @marco", {"t.me/marco"}),
        ("t.me/joinchat/AbC", {"t.me/joinchat/AbC"}),
        ("tg://resolve?domain=marco", {"tg://resolve?domain=marco"}),
        ("write to anna@example.com", {"anna@example.com"}),
        ("mailto:anna@example.com", {"anna@example.com"}),
        ("http://127.0.0.1/x 10.0.0.1", {"127.0.0.1/x", "10.0.0.1"}),
        ("пример.рф и xn--e1afmkfd.xn--p1ai", {"пример.рф", "xn--e1afmkfd.xn--p1ai"}),
        ("3.50 for you, at 12.30. Ok?", set()),
        ("@me", set()),
    ],
)
def test_links_in_a_text(text: str, links: set[str]) -> None:
    assert links_in(text) == links


@pytest.mark.parametrize("text", ["a" * 20_000, "a-" * 10_000, "a." * 10_000, "@a" * 10_000, "a://" * 5_000])
def test_long_text_takes_no_time(text: str) -> None:
    started = time.monotonic()
    links_in(text)
    assert time.monotonic() - started < 2


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def anna(account: Account) -> Contact:
    """A contact who has written of example.com."""
    write_in(account, "anna", "Is https://example.com/offer yours? Or shop.example.com")
    return contact(account.workspace, "anna")


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Hello", set()),
        ("Yes, example.com/offer is.", set()),
        ("https://shop.example.com/", set()),
        ("example.com", {"example.com"}),
        ("example.com/offer2", {"example.com/offer2"}),
        ("example.com/offer?name=Anna", {"example.com/offer?name=Anna"}),
        ("example.com.evil.io/offer", {"example.com.evil.io/offer"}),
        ("notexample.com/offer", {"notexample.com/offer"}),
        ("ask @marco", {"t.me/marco"}),
        ("you are @anna", set()),
    ],
)
def test_link_counts_in_full(anna: Contact, text: str, new: set[str]) -> None:
    assert new_links(anna.workspace, anna, text) == new


def test_link_in_a_message_of_somebody_else_is_new(account: Account, anna: Contact) -> None:
    write_in(account, "bobby", "evil.io/x")
    assert new_links(anna.workspace, anna, "evil.io/x") == {"evil.io/x"}


@pytest.mark.parametrize(
    ("format", "text"),
    [("markdown", "[our page](https://evil.io/x)"), ("html", '<a href="https://evil.io/x">example.com/offer</a>')],
)
def test_address_behind_a_formatted_link_counts(anna: Contact, format: str, text: str) -> None:
    assert new_links(anna.workspace, anna, text, format) == {"evil.io/x"}


def test_address_behind_a_link_of_the_conversation_is_known(anna: Contact) -> None:
    entities = [{"kind": "link", "offset": 0, "length": 2, "url": "https://known.example/x"}]
    Message.unscoped.update(entities=entities)
    assert new_links(anna.workspace, anna, "known.example/x and known.example/y") == {"known.example/y"}


def test_link_that_a_field_of_the_contact_puts_into_the_text_counts(account: Account) -> None:
    named = contact(account.workspace, "carol", name="evil.io/x")
    assert new_links(named.workspace, named, "Hello {name}") == {"evil.io/x"}
    assert new_links(named.workspace, named, "Hello {nickname|evil.io/y}") == {"evil.io/y"}


def test_email_address_that_a_field_of_the_contact_has_is_new(anna: Contact) -> None:
    """An assistant can set the field."""
    anna.email = "pay@evil.io"
    assert new_links(anna.workspace, anna, "Write to pay@evil.io") == {"pay@evil.io"}


@pytest.mark.parametrize(
    ("text", "format", "new"),
    [
        ("Hello {plan}, see team.example", "plain", {"evil.io/x"}),
        ("See team.example/?q={plan}", "plain", {"team.example/?q=evil.io/x"}),
        ('<a href="https://team.example/a">us</a>, {first_name|you}', "html", set()),
        ("{nickname|team.example/b}", "plain", set()),
        ("See team.example", "plain", set()),
    ],
)
def test_of_a_text_of_the_team_the_links_by_values_count(anna: Contact, text: str, format: str, new: set[str]) -> None:
    anna.custom_fields = {"plan": "evil.io/x"}
    assert new_links_by_values(anna.workspace, anna, [(text, format)]) == new


def test_text_with_more_hosts_than_are_compared_is_new(anna: Contact) -> None:
    text = " ".join(["example.com/offer", *(f"host{number}.example" for number in range(MAX_HOSTS))])
    assert "example.com/offer" in new_links(anna.workspace, anna, text)


def test_conversation_is_read_once(anna: Contact, django_assert_num_queries: Any) -> None:
    workspace = anna.workspace
    with django_assert_num_queries(1):
        new_links(workspace, anna, "a.example b.example/c @marco")
    with django_assert_num_queries(0):
        new_links(workspace, anna, "Hello {name|there}")
