"""Limits of signing in to the panel: wrong passwords are limited, and those of others lock no account."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.signals import user_login_failed
from django.test import Client, RequestFactory
from django.urls import reverse

from crmsolid.core.http.content_policy import CONTENT_SECURITY_POLICY
from crmsolid.panel.account.sign_in import DEVICE_COOKIE, MAX_FORM_BYTES, Attempt, password_queue, rank
from crmsolid.serving.admission import NotAdmitted
from crmsolid.serving.exchange import Reply
from tests.tenants import PASSWORD, Tenants

LOGIN = reverse("account:login")
OWNER = "owner@acme.example"
WRONG, REFUSED, RIGHT = 200, 429, 302
HANDLER = Client().handler


def sign_in(client: Client, address: str, password: str = PASSWORD, email: str = OWNER) -> Any:
    return client.post(LOGIN, {"username": email, "password": password}, REMOTE_ADDR=address)


def guess(address: str, email: str = OWNER, client: Client | None = None) -> int:
    status: int = sign_in(client or new_browser(), address, "wrong", email).status_code
    return status


def new_browser() -> Client:
    """A browser without cookies. A handler of its own would look for all static files first, hundreds of times in a
    test, and the limits are by the minute."""
    client = Client()
    client.handler = HANDLER
    return client


def attack(email: str = OWNER) -> None:
    """Twenty wrong passwords from twenty addresses, which is the limit of the account."""
    for number in range(20):
        assert guess(f"198.51.100.{number}", email) == WRONG


def known_browser(address: str = "203.0.113.1", email: str = OWNER) -> Client:
    """A browser that has signed in to the account and out again."""
    client = Client()
    assert sign_in(client, address, email=email).status_code == RIGHT
    client.post(reverse("account:logout"))
    return client


@contextmanager
def passwords_looked_at() -> Iterator[list[str]]:
    """The e-mail addresses of the attempts whose password was checked and was wrong."""
    tried: list[str] = []

    def note(credentials: dict[str, Any], **kwargs: Any) -> None:
        tried.append(credentials["username"])

    user_login_failed.connect(note)
    try:
        yield tried
    finally:
        user_login_failed.disconnect(note)


def test_phone_shows_the_keyboard_for_e_mail_addresses(db: None) -> None:
    [field] = re.findall(r'<input [^>]*name="username"[^>]*>', new_browser().get(LOGIN).content.decode())
    assert re.findall(r'type="(.*?)"', field) == ["email"]


@pytest.mark.parametrize("email", [OWNER, "nobody@acme.example"])
def test_an_attacked_account_leaves_each_address_two_attempts(tenants: Tenants, email: str) -> None:
    """So that forty addresses do not get four hundred. It is the same whether the account exists or not."""
    attack(email)
    with passwords_looked_at() as looked_at:
        assert [guess("203.0.113.9", email) for _ in range(4)] == [WRONG, WRONG, REFUSED, REFUSED]
        assert guess("198.51.100.0", email) == WRONG
        assert guess("198.51.100.0", email) == REFUSED
    assert looked_at == [email] * 3


def test_the_owner_of_an_attacked_account_signs_in_from_a_new_address_and_browser(tenants: Tenants) -> None:
    for number in range(40):
        for _ in range(10):
            guess(f"198.51.100.{number}")
    assert guess("198.51.100.0") == REFUSED
    assert sign_in(Client(), "203.0.113.1").status_code == RIGHT


def test_a_known_browser_signs_in_whatever_others_do(tenants: Tenants) -> None:
    """Even from the address that the attack comes from."""
    client = known_browser()
    attack()
    for _ in range(11):
        guess("198.51.100.77")
    assert sign_in(Client(), "198.51.100.77").status_code == REFUSED
    assert sign_in(client, "198.51.100.77").status_code == RIGHT


def test_a_known_browser_has_a_limit_of_its_own(tenants: Tenants) -> None:
    client, other = known_browser(), known_browser()
    tried = [guess(f"203.0.113.{number}", client=client) for number in range(11)]
    assert tried == [WRONG] * 10 + [REFUSED]
    assert sign_in(client, "203.0.113.1").status_code == REFUSED
    assert sign_in(other, "203.0.113.1").status_code == RIGHT


def test_what_a_known_browser_mistypes_counts_for_nobody_else(tenants: Tenants) -> None:
    client = known_browser()
    for _ in range(10):
        guess("203.0.113.1", client=client)
    assert guess("203.0.113.1") == WRONG


def test_a_browser_is_known_for_one_account_only(tenants: Tenants) -> None:
    client = known_browser(email="owner@rival.example")
    for _ in range(10):
        guess("203.0.113.1")
    assert guess("203.0.113.1", client=client) == REFUSED
    assert sign_in(client, "203.0.113.1", email="owner@rival.example").status_code == RIGHT


def test_a_browser_is_no_longer_known_when_the_password_has_changed(tenants: Tenants) -> None:
    client = known_browser()
    tenants.owner.set_password("another password")
    tenants.owner.save()
    for _ in range(10):
        guess("203.0.113.1")
    assert sign_in(client, "203.0.113.1", "another password").status_code == REFUSED


def test_the_browser_that_changes_the_password_stays_known(tenants: Tenants) -> None:
    client = Client()
    sign_in(client, "203.0.113.1")
    new = {"old_password": PASSWORD, "new_password1": "another password", "new_password2": "another password"}
    assert client.post(reverse("account:password_change"), new).status_code == 302
    client.post(reverse("account:logout"))
    for _ in range(10):
        guess("203.0.113.1")
    assert sign_in(client, "203.0.113.1", "another password").status_code == RIGHT


@pytest.mark.parametrize(
    "value", ["", "nonsense", "WzEsImEiLCJiIl0:1xWSRU:XaQ_3CKFNVLCLQw7Iavb8I3KSriy2RM6CdY0Yn93E6U"]
)
def test_a_cookie_that_was_not_signed_here_makes_no_browser_known(tenants: Tenants, value: str) -> None:
    client = Client()
    client.cookies[DEVICE_COOKIE] = value
    for _ in range(10):
        guess("203.0.113.1", client=client)
    assert guess("203.0.113.1", client=client) == REFUSED


def test_the_cookie_is_kept_from_scripts_and_other_sites(tenants: Tenants) -> None:
    client = Client()
    cookie = sign_in(client, "203.0.113.1").cookies[DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/panel/")
    assert cookie["max-age"] == 365 * 24 * 3600
    assert OWNER not in cookie.value and tenants.owner.password not in cookie.value


def test_a_wrong_password_gets_no_cookie(tenants: Tenants) -> None:
    assert DEVICE_COOKIE not in sign_in(Client(), "203.0.113.1", "wrong").cookies


def test_right_passwords_use_up_no_limit(tenants: Tenants) -> None:
    assert [sign_in(Client(), "203.0.113.1").status_code for _ in range(25)] == [RIGHT] * 25


def test_an_incomplete_form_is_no_attempt(tenants: Tenants) -> None:
    assert [sign_in(Client(), "203.0.113.1", "").status_code for _ in range(12)] == [WRONG] * 12
    assert sign_in(Client(), "203.0.113.1").status_code == RIGHT


def test_each_spelling_of_an_address_is_the_same_account(tenants: Tenants) -> None:
    for number in range(20):
        spelling = OWNER.upper() if number % 2 else f" {OWNER} "
        guess(f"198.51.100.{number}", spelling)
    assert [guess("203.0.113.9") for _ in range(3)] == [WRONG, WRONG, REFUSED]


@pytest.mark.parametrize(
    ("limit", "pattern"),
    [(10, "2001:db8::{:x}"), (30, "2001:db8:0:{:x}::1"), (100, "2001:db8:0:{:x}00::1")],
    ids=["/64", "/56", "/48"],
)
def test_an_ipv6_network_has_a_limit_for_each_of_three_sizes(
    tenants: Tenants, limit: int, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each attempt at another account, so that no account's limit is reached."""
    monkeypatch.setattr("apikeys.limiter.WINDOW_SECONDS", 600)  # a busy machine takes a minute for a hundred attempts
    tried = [guess(pattern.format(number), f"u{number}@acme.example") for number in range(limit + 1)]
    assert tried == [WRONG] * limit + [REFUSED]
    assert sign_in(Client(), "2001:db8:1::1").status_code == RIGHT


def test_one_ipv6_customer_cannot_use_up_the_limit_of_the_provider(tenants: Tenants) -> None:
    for number in range(150):
        guess(f"2001:db8:0:{number:x}::1", f"u{number}@acme.example")
    assert sign_in(Client(), "2001:db8:0:ff00::1").status_code == RIGHT


def test_every_refusal_looks_the_same(tenants: Tenants) -> None:
    """Nothing tells which limit was reached, or whether the account exists."""
    attack()
    attack("nobody@acme.example")
    answers = []
    for address, email in (
        ("203.0.113.1", OWNER),
        ("203.0.113.2", "nobody@acme.example"),
        ("203.0.113.3", "a@b.example"),
    ):
        answer = [sign_in(Client(), address, "wrong", email) for _ in range(11)][-1]
        assert answer.status_code == REFUSED
        answers.append((answer["Retry-After"], answer.content))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == "60"
    assert "Too many attempts" in answers[0][1].decode()


def test_no_bucket_contains_the_e_mail_address() -> None:
    request = RequestFactory().post(LOGIN, REMOTE_ADDR="203.0.113.1")
    names = [bucket.name for group in Attempt.begin(request, OWNER).limits for bucket in group]
    assert len(names) == 3
    assert not any("acme" in name for name in names)


def environ(address: str, cookie: str = "") -> dict[str, str]:
    return {"REMOTE_ADDR": address, "HTTP_COOKIE": f"{DEVICE_COOKIE}={cookie}" if cookie else ""}


def form_of(length: int, method: str, path: str) -> dict[str, Any]:
    return {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(length), **environ("192.0.5.1")}


@pytest.mark.parametrize("time", ["first", "second"])
def test_who_has_tried_less_is_admitted_first(time: str) -> None:
    """An IPv4 /24 and an IPv6 /48 count as one. Each test starts with no attempts, also when it runs again."""
    assert [rank(environ(f"192.0.2.{number}")) for number in range(3)] == [1, 2, 3]
    assert [rank(environ(f"2001:db8:5:{number}::1")) for number in range(3)] == [1, 2, 3]
    assert rank(environ("192.0.3.1")) == 1


def test_a_known_browser_is_admitted_before_others_ten_times_a_minute(tenants: Tenants) -> None:
    cookies = [known_browser().cookies[DEVICE_COOKIE].value for _ in range(2)]
    ranks = [rank(environ("192.0.4.1", cookies[number % 2])) for number in range(12)]
    assert [each < 1 for each in ranks] == [True] * 10 + [False] * 2


@pytest.mark.parametrize(
    ("method", "path", "waits"),
    [
        ("POST", LOGIN, True),
        ("POST", reverse("account:password_change"), True),
        ("GET", LOGIN, False),
        ("POST", "/v1/contacts", False),
        ("POST", reverse("account:logout"), False),
    ],
)
def test_requests_that_hash_a_password_wait_in_the_queue(method: str, path: str, waits: bool) -> None:
    assert (password_queue().rank(form_of(100, method, path)) is not None) is waits


def assert_protected(reply: Reply) -> None:
    """It has what Django adds to the panel's other pages."""
    headers = dict(reply.headers)
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"content-security-policy"].decode() == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("path", [LOGIN, reverse("account:password_change")])
def test_form_of_more_than_16_kib_does_not_enter_the_queue(path: str) -> None:
    admission = password_queue()
    assert admission.rank(form_of(MAX_FORM_BYTES, "POST", path)) is not None
    for form in (form_of(16 * 1024 + 1, "POST", path), {**form_of(0, "POST", path), "crmsolid.body_too_large": True}):
        with pytest.raises(NotAdmitted) as refused:
            admission.rank(form)
        assert refused.value.reply is not None
        assert refused.value.reply.status == 413
        assert_protected(refused.value.reply)
        assert "A form with a password may have at most 16 KiB." in refused.value.reply.body.decode()


def test_the_page_of_a_full_queue_says_what_to_do() -> None:
    assert_protected(password_queue().refusal)
    status, headers, page, _ = password_queue().refusal
    assert (status, dict(headers)[b"retry-after"]) == (503, b"20")
    assert "Your password was not looked at" in page.decode() and "Wait 20 seconds" in page.decode()
    assert dict(headers)[b"content-length"] == str(len(page)).encode()
