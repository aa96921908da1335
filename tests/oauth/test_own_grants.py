"""A member's own assistants: who may connect one, who is told, how one is ended, and what ends all of them."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.oauth.authentication import authenticate
from crmsolid.oauth.models import AuthorizationCode, Grant
from crmsolid.oauth.services import end_own_grant
from crmsolid.oauth.validator import GrantValidator
from crmsolid.workspaces import accounts, confirmation, email, two_factor
from crmsolid.workspaces.confirmation import COUNTS_FOR
from crmsolid.workspaces.models import AuditEntry, Membership, Role, User, UserSession
from tests.accounts.test_two_factor import code, code_of, forget_last_code, turn_on
from tests.oauth.flow import RESOURCE, Assistant, redirected
from tests.panel import browser, flash_messages
from tests.tenants import PASSWORD, Tenants
from tests.threads import in_background

NEW = "a wholly new password"
CONFIRM, OWN, CHANGE = (reverse(f"account:{name}") for name in ("confirm", "assistants", "password_change"))
RESET, SET, TWO_FACTOR, PROFILE = (
    reverse(f"account:{name}") for name in ("password_reset", "password_set", "two_factor", "profile")
)
CHANGED = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def refusal(token: str) -> str:
    """The code that a call of the assistant is refused with; "" if it is let in."""
    try:
        authenticate(token, resource=RESOURCE).check(None)
    except DomainError as error:
        return error.code
    return ""


def called(tokens: dict[str, Any]) -> int:
    """The status of the assistant's next call."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        answer: int = Client().post("/mcp", "{}", content_type="application/json", headers=headers).status_code
    return answer


def reasons() -> list[str]:
    entries = AuditEntry.unscoped.filter(action="grant.revoked").order_by("pk")
    return [entry.data.get("reason", "") for entry in entries]


def log_in_was_long_ago() -> None:
    """Every session has begun eleven minutes ago."""
    UserSession.objects.update(confirmed_at=clock.now() - COUNTS_FOR - timedelta(minutes=1))


# --- Who may connect one ----------------------------------------------------------------------------------------------
def test_the_password_is_asked_for_when_the_log_in_is_older_than_ten_minutes(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    log_in_was_long_ago()
    for answer in (owner.get(assistant.address()), assistant.consent(owner, tenants.workspace)):
        assert answer.status_code == 302 and answer["Location"].startswith(f"{CONFIRM}?next=")
    assert not Grant.unscoped.exists() and not AuthorizationCode.objects.exists()
    page = owner.get(answer["Location"])
    assert "Is it you?" in text(page) and 'name="code"' not in text(page)
    assert "not your present password" in text(owner.post(CONFIRM, {"password": "wrong", "next": assistant.address()}))
    assert assistant.consent(owner, tenants.workspace)["Location"].startswith(CONFIRM)
    assert not Grant.unscoped.exists()
    confirmed = owner.post(CONFIRM, {"password": PASSWORD, "next": assistant.address()})
    assert confirmed["Location"] == assistant.address()
    assert "asks for access" in text(owner.get(assistant.address()))
    assert "code" in redirected(assistant.consent(owner, tenants.workspace))


def test_the_second_factor_is_asked_for_too(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    turn_on(tenants.owner)
    owner.force_login(tenants.owner)
    log_in_was_long_ago()
    assert 'name="code"' in text(owner.get(CONFIRM))
    for form in ({}, {"code": ""}, {"code": "000000"}):
        assert owner.post(CONFIRM, {"password": PASSWORD, **form}).status_code == 200
    assert assistant.consent(owner, tenants.workspace)["Location"].startswith(CONFIRM)
    assert not Grant.unscoped.exists()
    assert owner.post(CONFIRM, {"password": PASSWORD, "code": code(tenants.owner)}).status_code == 302
    assert "code" in redirected(assistant.consent(owner, tenants.workspace))


def test_wrong_passwords_are_limited_and_the_next_page_is_of_this_site(tenants: Tenants, owner: Client) -> None:
    answer = owner.post(CONFIRM, {"password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/panel/live/"
    statuses = [owner.post(CONFIRM, {"password": "wrong"}).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


def test_another_session_is_not_confirmed_by_this_one(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    stolen = browser(tenants.owner)
    log_in_was_long_ago()
    owner.post(CONFIRM, {"password": PASSWORD})
    assert assistant.consent(stolen, tenants.workspace)["Location"].startswith(CONFIRM)
    assert not Grant.unscoped.exists()


def test_the_service_refuses_a_session_that_is_not_confirmed(
    tenants: Tenants, assistant: Assistant, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page has looked before; this is what holds when the password changes in between."""
    log_in_was_long_ago()
    monkeypatch.setattr("crmsolid.oauth.views.is_confirmed", lambda *anything: True)
    answer = assistant.consent(owner, tenants.workspace)
    assert answer.status_code == 200 and "nter your password once more" in text(answer)
    assert not Grant.unscoped.exists() and not AuthorizationCode.objects.exists()


def test_a_new_assistant_is_told_by_e_mail(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    assistant.consent(owner, tenants.twin, ["read:contacts", "write:messages"], scope="read:contacts")
    assert email.send_due() == 1
    (sent,) = mail.outbox
    assert sent.to == ["owner@acme.example"] and sent.subject == "An assistant was connected to CRM Solid"
    for part in (
        '"Helper"',
        f"Workspace: {tenants.twin}",
        "- Send direct messages",
        "127.0.0.1",
        "UTC",
        "your profile",
    ):
        assert part in str(sent.body)


# --- The member's page ------------------------------------------------------------------------------------------------
def test_a_member_sees_and_ends_their_own_assistants(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    viewer = tenants.member(Role.VIEWER)
    there = browser(viewer)
    tokens = assistant.connect(there, tenants.workspace)
    of_owner = assistant.connect(owner, tenants.workspace)
    grant = Grant.unscoped.get(user=viewer)
    page = text(there.get(OWN))
    assert "Helper" in page and "Acme" in page and "read:contacts" in page and page.count('name="grant"') == 1
    assert "1 connected" in text(there.get(PROFILE))
    answer = there.post(OWN, {"grant": grant.pk})
    assert answer["Location"] == OWN and flash_messages(answer) == [
        "Helper is disconnected: it is refused from now on."
    ]
    assert called(tokens) == 401 and refusal(tokens["access_token"]) == "token_revoked"
    assert assistant.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert refusal(of_owner["access_token"]) == ""
    entry = AuditEntry.unscoped.get(action="grant.revoked")
    assert (entry.subject_label, entry.target, entry.workspace_id) == (viewer.email, grant.pk, tenants.workspace.pk)
    assert "connected no assistant" in text(there.get(OWN))


def test_nobody_ends_somebody_elses_assistant_there(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    tokens = assistant.connect(owner, tenants.workspace)
    grant = Grant.unscoped.get()
    there = browser(tenants.member(Role.ADMIN))
    for asked in (grant.pk, "", "\0", "grt_none"):
        there.post(OWN, {"grant": asked})
        with pytest.raises(DomainError):
            end_own_grant(tenants.stranger, asked.replace("\0", ""), ip=None)
    assert refusal(tokens["access_token"]) == "" and reasons() == []


def test_an_assistant_of_a_workspace_that_the_member_left_is_not_shown(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    Membership.unscoped.create(workspace=tenants.other, user=tenants.owner, role=Role.AGENT)
    assistant.connect(browser(tenants.owner), tenants.other)
    assert "Rival" in text(owner.get(OWN))
    Membership.unscoped.filter(workspace=tenants.other, user=tenants.owner).delete()
    assert "connected no assistant" in text(owner.get(OWN))


# --- What ends all of them --------------------------------------------------------------------------------------------
def change(user: User, there: Client, **more: str) -> None:
    assert there.post(CHANGE, {**CHANGED, **more})["Location"] == PROFILE


def reset(user: User, there: Client, **more: str) -> None:
    Client().post(RESET, {"email": user.email})
    email.send_due()
    client = Client()
    body = str(mail.outbox[-1].body)
    client.get(body[body.index("/panel/") :].split()[0])
    answer = client.post(SET, {"new_password1": NEW, "new_password2": NEW, **more})
    assert answer["Location"] == reverse("account:login")


def turn_two_factor_on(user: User, there: Client, **more: str) -> None:
    page = text(there.get(TWO_FACTOR))
    secret = page[page.index("<code>") + 6 : page.index("</code>")].replace(" ", "")
    answer = there.post(TWO_FACTOR, {"code": code_of(secret), "password": PASSWORD, **more})
    assert "recovery" in text(answer).lower()
    forget_last_code(user)


WAYS: list[tuple[Callable[..., None], str]] = [
    (change, "password_changed"),
    (reset, "password_reset"),
    (turn_two_factor_on, "two_factor_on"),
]


@pytest.mark.parametrize(("way", "reason"), WAYS)
def test_all_assistants_end_with_a_change_of_how_the_member_logs_in(
    tenants: Tenants, assistant: Assistant, owner: Client, way: Callable[..., None], reason: str
) -> None:
    tokens = [assistant.connect(owner, workspace) for workspace in (tenants.workspace, tenants.twin)]
    waiting = assistant.code(owner, tenants.workspace)
    colleague = assistant.connect(browser(tenants.member(Role.AGENT)), tenants.workspace)
    email.send_due()
    way(tenants.owner, owner)
    assert [called(each) for each in tokens] == [401, 401]
    assert [assistant.refresh(each["refresh_token"]).status_code for each in tokens] == [400, 400]
    assert assistant.exchange(waiting).json()["error"] == "invalid_grant"
    assert refusal(colleague["access_token"]) == ""
    assert reasons() == [reason] * 3
    email.send_due()
    assert "Assistants that were disconnected: 3." in str(mail.outbox[-1].body)


def test_all_assistants_end_when_two_factors_are_turned_off(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    def by_the_user() -> None:
        two_factor.turn_off(tenants.owner, code(tenants.owner), session_key=owner.session.session_key, ip=None)

    for turn_off in (by_the_user, lambda: call_command("turn_off_two_factor", tenants.owner.email, verbosity=0)):
        turn_on(tenants.owner)
        owner.force_login(tenants.owner)
        tokens = assistant.connect(owner, tenants.workspace)
        turn_off()
        assert called(tokens) == 401
        email.send_due()
        assert "Assistants that were disconnected" in str(mail.outbox[-1].body)
        owner.force_login(tenants.owner)
    assert reasons() == ["two_factor_off"] * 2


@pytest.mark.parametrize(("way", "reason"), WAYS)
def test_a_tick_keeps_them_except_at_a_reset(
    tenants: Tenants, assistant: Assistant, owner: Client, way: Callable[..., None], reason: str
) -> None:
    tokens = assistant.connect(owner, tenants.workspace)
    way(tenants.owner, owner, keep_assistants="on")
    email.send_due()
    if way is reset:
        assert called(tokens) == 401 and reasons() == [reason]
    else:
        assert refusal(tokens["access_token"]) == "" and reasons() == []
        assert "Connected assistants were kept" in str(mail.outbox[-1].body)


def test_the_tick_is_there_for_those_who_have_connected_one(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    for page in (CHANGE, TWO_FACTOR):
        assert "keep_assistants" not in text(owner.get(page))
    assistant.connect(owner, tenants.workspace)
    for page in (CHANGE, TWO_FACTOR):
        shown = text(owner.get(page))
        assert 'name="keep_assistants"' in shown and "checked" not in shown
        assert "An assistant needs no password" in shown


def test_a_wrong_password_ends_nothing(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    tokens = assistant.connect(owner, tenants.workspace)
    assert owner.post(CHANGE, {**CHANGED, "old_password": "wrong"}).status_code == 200
    assert refusal(tokens["access_token"]) == "" and reasons() == []


@pytest.mark.parametrize("way", [change, turn_two_factor_on])
def test_the_session_that_made_the_change_confirms_again(
    tenants: Tenants, assistant: Assistant, owner: Client, way: Callable[..., None]
) -> None:
    """It may be in two browsers: that of a thief had its cookie."""
    stolen = Client()
    stolen.cookies["sessionid"] = owner.cookies["sessionid"].value
    assert stolen.get(PROFILE).status_code == 200
    way(tenants.owner, owner)
    assert stolen.get(PROFILE).status_code == 302 and owner.get(PROFILE).status_code == 200
    assert assistant.consent(owner, tenants.workspace)["Location"].startswith(CONFIRM)


def test_a_password_that_is_set_in_a_shell_ends_them_too(
    tenants: Tenants, assistant: Assistant, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = assistant.connect(owner, tenants.workspace)
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
    call_command("changepassword", tenants.owner.email)
    assert User.objects.get(pk=tenants.owner.pk).check_password(NEW)
    assert called(tokens) == 401 and reasons() == ["password_changed"]
    assert owner.get(PROFILE).status_code == 302
    assert not UserSession.objects.filter(user=tenants.owner).exists()


# --- At the same moment -----------------------------------------------------------------------------------------------
def change_in_service(user: User) -> None:
    accounts.change_password(user, NEW, session_key=None, ip=None)


def turn_on_in_service(user: User) -> None:
    secret = two_factor.new_secret()
    two_factor.confirm_setup(user, secret, code_of(secret), session_key=None, ip=None)


@pytest.mark.parametrize("way", [change_in_service, turn_on_in_service])
@pytest.mark.django_db(transaction=True)
def test_a_consent_that_is_given_meanwhile_ends_too(
    way: Callable[[User], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The consent has made its grant and not committed it, when the change begins."""
    tenants, assistant = Tenants(), Assistant()
    there, user = browser(tenants.owner), tenants.owner
    made, goes_on = threading.Event(), threading.Event()
    told = email.queue_email

    def slow(*arguments: Any, **context: Any) -> None:
        told(*arguments, **context)
        made.set()
        goes_on.wait(3)  # the change cannot end before this, so nothing else can be waited for

    monkeypatch.setattr("crmsolid.oauth.services.queue_email", slow)
    with in_background(lambda: redirected(assistant.consent(there, tenants.workspace))["code"]) as consent:
        assert made.wait(20)
        with in_background(lambda: way(user)) as changed:
            assert not consent.done()
            goes_on.wait(0.5)
            assert not changed.done()  # it waits for the consent
            goes_on.set()
    assert Grant.unscoped.get().revoked_at is not None
    assert assistant.exchange(consent.result()).json()["error"] == "invalid_grant"
    assert len(reasons()) == 1


@pytest.mark.parametrize("way", [change_in_service, turn_on_in_service])
@pytest.mark.django_db(transaction=True)
def test_a_consent_that_comes_a_moment_later_makes_no_grant(
    way: Callable[[User], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page has found the session confirmed, then the change commits, then the grant is to be made."""
    tenants, assistant = Tenants(), Assistant()
    there, user = browser(tenants.owner), tenants.owner
    locked = confirmation.lock

    def after_the_change(locking: User) -> User:
        with in_background(lambda: way(user)):
            pass
        monkeypatch.setattr(confirmation, "lock", locked)
        return locked(locking)

    monkeypatch.setattr(confirmation, "lock", after_the_change)
    assert assistant.consent(there, tenants.workspace).status_code == 200
    assert not Grant.unscoped.exists() and not AuthorizationCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_exchanged_meanwhile_buys_nothing_that_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange has stored its tokens and not committed them, when the password is changed."""
    tenants, assistant = Tenants(), Assistant()
    code_of_consent = assistant.code(browser(tenants.owner), tenants.workspace)
    stored, goes_on = threading.Event(), threading.Event()
    store = GrantValidator._store_pair

    def slow(*arguments: Any, **options: Any) -> None:
        store(*arguments, **options)
        stored.set()
        goes_on.wait(3)

    monkeypatch.setattr(GrantValidator, "_store_pair", staticmethod(slow))
    with in_background(lambda: assistant.exchange(code_of_consent)) as exchange:
        assert stored.wait(20)
        with in_background(lambda: change_in_service(tenants.owner)):
            goes_on.wait(0.5)
            goes_on.set()
    tokens = exchange.result().json()
    assert refusal(tokens["access_token"]) == "token_revoked"
    assert assistant.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
