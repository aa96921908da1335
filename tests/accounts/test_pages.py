"""The pages about a user: what they show, refuse and lead to."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts import services as contacts
from contacts.erasing.finding import find
from crmsolid.core import clock
from crmsolid.panel.account.sign_in import DEVICE_COOKIE, password_queue
from crmsolid.workspaces import email, purging, sessions, tasks, two_factor
from crmsolid.workspaces.models import AuditEntry, Invitation, Membership, Role, User, UserSession, Workspace
from tests.accounts.test_two_factor import code, code_of, forget_last_code, turn_on
from tests.panel import browser, flash_messages, words
from tests.tenants import PASSWORD, Tenants

NEW = "a wholly new password"
HOME, HOST = "/panel/live/", "http://testserver"
LOGIN, STEP, SIGN_UP = (reverse(f"account:{name}") for name in ("login", "second_step", "sign_up"))
RESET, SET, CHANGE = (reverse(f"account:{name}") for name in ("password_reset", "password_set", "password_change"))
TWO_FACTOR, SESSIONS, PROFILE = (reverse(f"account:{name}") for name in ("two_factor", "sessions", "profile"))
INVITATION, AGAIN = reverse("account:invitation"), reverse("account:send_again")
MEMBERS = "/panel/live/members/"
FORM = {"name": "Ada", "email": "ada@example.com", "password": NEW, "workspace": "Engines"}


def text(answer: Any) -> str:
    return words(answer)


def log_in(client: Client, password: str = PASSWORD, user: str = "owner@acme.example", **extra: str) -> Any:
    return client.post(LOGIN, {"username": user, "password": password, **extra})


# --- Sign up ----------------------------------------------------------------------------------------------------------
def test_signing_up_opens_the_new_workspace(db: None) -> None:
    client = Client()
    assert "Sign up" in text(client.get(LOGIN))
    answer = client.post(SIGN_UP, FORM, follow=True)
    assert answer.redirect_chain == [(HOME, 302)]
    assert "Engines" in text(answer) and "The trial of Engines ends in 14 days" in text(answer)
    assert DEVICE_COOKIE in client.cookies
    assert UserSession.objects.get().user == User.objects.get()


def test_sign_up_can_be_closed(db: None, settings: Any) -> None:
    settings.SIGN_UP = False
    assert Client().get(SIGN_UP).status_code == 404
    assert Client().post(SIGN_UP, FORM).status_code == 404
    assert "Sign up" not in text(Client().get(LOGIN)) and not User.objects.exists()


def test_a_wrong_sign_up_says_what_is_wrong_and_keeps_the_rest(db: None) -> None:
    page = text(Client().post(SIGN_UP, {**FORM, "password": "short"}))
    assert "too short" in page and 'value="Engines"' in page and "short" not in re.findall(r'value="(.*?)"', page)


def test_a_used_address_is_said_by_e_mail_only(tenants: Tenants) -> None:
    answer = Client().post(SIGN_UP, {**FORM, "email": "Owner@Acme.example"})
    assert answer.status_code == 200 and "have written to" in text(answer) and "already" not in text(answer)
    assert "sessionid" not in answer.cookies
    assert email.send_due() == 1 and mail.outbox[0].to == ["owner@acme.example"]
    assert f"{HOST}{LOGIN}" in mail.outbox[0].body and f"{HOST}{RESET}" in mail.outbox[0].body
    tenants.owner.refresh_from_db()
    assert tenants.owner.check_password(PASSWORD) and Workspace.objects.count() == 4


def test_a_used_address_gets_one_e_mail_a_minute(tenants: Tenants) -> None:
    pages = [
        Client().post(SIGN_UP, {**FORM, "email": address}, REMOTE_ADDR=f"203.0.{number}.1")
        for number, address in enumerate(("owner@acme.example", " OWNER@acme.example", "owner@acme.example"))
    ]
    assert ["have written to" in text(page) for page in pages] == [True] * 3
    assert email.send_due() == 1
    Client().post(SIGN_UP, {**FORM, "email": "owner@rival.example"})
    assert email.send_due() == 1 and mail.outbox[1].to == ["owner@rival.example"]


@pytest.mark.parametrize(("page", "form"), [(SIGN_UP, {**FORM, "password": "x"}), (RESET, {"email": "a@b.example"})])
def test_forms_of_strangers_are_limited_by_address(db: None, page: str, form: dict[str, str]) -> None:
    tried = [Client().post(page, form, REMOTE_ADDR="203.0.113.1").status_code for _ in range(6)]
    assert tried == [200] * 5 + [429]
    assert Client().post(page, form, REMOTE_ADDR="203.0.113.2").status_code == 200
    wide = [Client().post(page, form, REMOTE_ADDR=f"203.0.113.{number}").status_code for number in range(10, 30)]
    assert 429 in wide and Client().post(page, form, REMOTE_ADDR="198.51.100.1").status_code == 200


@pytest.mark.parametrize("page", [LOGIN, SIGN_UP, SET, CHANGE, INVITATION, TWO_FACTOR])
def test_pages_that_hash_a_password_wait_in_the_queue(page: str) -> None:
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": page, "CONTENT_LENGTH": "100", "REMOTE_ADDR": "192.0.2.1"}
    assert password_queue().rank(environ) is not None


# --- Log in -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_logging_in_leads_to_no_other_site(tenants: Tenants, address: str) -> None:
    assert log_in(Client(), next=address)["Location"] == HOME
    assert Client().post(f"{LOGIN}?next={address}", {"username": "owner@acme.example", "password": PASSWORD})[
        "Location"
    ] == (HOME)


def test_the_page_that_was_asked_for_is_opened(tenants: Tenants) -> None:
    client = Client()
    asked = client.get("/panel/test/members/?x=1")
    page = text(client.get(asked["Location"]))
    found = re.search(r'name="next" value="(.*?)"', page)
    assert found is not None
    assert log_in(client, next=found[1])["Location"] == "/panel/test/members/?x=1"


def test_spaces_around_a_password_are_part_of_it(db: None) -> None:
    spaced = f"  {NEW} "
    Client().post(SIGN_UP, {**FORM, "password": spaced})
    assert log_in(Client(), NEW, FORM["email"]).status_code == 200
    assert log_in(Client(), spaced, FORM["email"])["Location"] == HOME


def test_logging_out_deletes_the_session(tenants: Tenants) -> None:
    client = Client()
    log_in(client)
    cookie = client.cookies["sessionid"].value
    assert Session.objects.count() == 1
    client.post(reverse("account:logout"))
    assert not Session.objects.exists()
    client.cookies["sessionid"] = cookie
    assert client.get(HOME)["Location"].startswith(LOGIN)


def test_a_second_factor_makes_logging_in_two_steps(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    client = Client()
    answer = log_in(client, next=MEMBERS)
    assert (answer.status_code, answer["Location"]) == (302, STEP)
    assert DEVICE_COOKIE not in client.cookies
    assert client.get(HOME).status_code == 302 and client.get(PROFILE).status_code == 302
    wrong = client.post(STEP, {"code": "00000x"})
    assert wrong.status_code == 200 and "This code is not right" in text(wrong) and DEVICE_COOKIE not in client.cookies
    right = client.post(STEP, {"code": code(tenants.owner)})
    assert (right.status_code, right["Location"]) == (302, MEMBERS)
    assert DEVICE_COOKIE in client.cookies and client.get(MEMBERS).status_code == 200
    assert client.get(STEP)["Location"] == LOGIN


def test_the_session_has_another_key_after_each_step(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    client = Client()
    log_in(client)
    first = client.session.session_key
    log_in(client)
    second = client.session.session_key
    client.post(STEP, {"code": code(tenants.owner)})
    assert len({first, second, client.session.session_key}) == 3
    assert Session.objects.count() == 1


def test_the_second_step_ends_after_ten_minutes_and_when_the_password_changes(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    client = Client()
    log_in(client)
    with clock.simulated(clock.now() + timedelta(minutes=11)):
        assert client.post(STEP, {"code": code(tenants.owner)})["Location"] == LOGIN
    forget_last_code(tenants.owner)
    log_in(client)
    User.objects.filter(pk=tenants.owner.pk).update(password="another")
    assert client.post(STEP, {"code": code(tenants.owner)})["Location"] == LOGIN
    assert not UserSession.objects.exists()


def test_too_many_codes_are_refused(tenants: Tenants) -> None:
    codes = turn_on(tenants.owner)
    client = Client()
    log_in(client)
    assert [client.post(STEP, {"code": "1"}).status_code for _ in range(21)] == [200] * 20 + [429]
    answer = client.post(STEP, {"code": codes[0]}, follow=True)
    assert answer.redirect_chain == [(HOME, 302)] and "9 are left" in text(answer)


# --- A form whose session has ended -----------------------------------------------------------------------------------
TEMPLATES = "/panel/live/messaging/template/add/"
URL_ENCODED = "application/x-www-form-urlencoded"
TYPED = {"name": "Hello <b>", "text": "Dear {name}\nwelcome", "password": "hunter2!", "api_token": "abcdef"}


def send_signed_out(client: Client, data: dict[str, str] = TYPED) -> Any:
    headers = {"referer": f"{HOST}{TEMPLATES}?a=1"}
    return client.post(TEMPLATES, urlencode(data), content_type=URL_ENCODED, headers=headers)


def kept_in(answer: Any) -> str:
    found = re.search(r'name="kept_form" value="(.*?)"', text(answer))
    assert found is not None
    return found[1]


def test_a_form_that_meets_an_ended_session_is_shown_again_after_the_log_in(tenants: Tenants) -> None:
    client = Client()
    asked = send_signed_out(client)
    assert asked.status_code == 401 and "signed out while this page was open" in text(asked)
    assert not Session.objects.exists()
    assert "hunter2!" not in text(asked) and "abcdef" not in text(asked)
    kept = kept_in(asked)
    assert "Dear {name}" not in text(asked)
    wrong = log_in(client, "wrong", kept_form=kept)
    assert kept_in(wrong) == kept
    assert log_in(client, kept_form=kept)["Location"] == AGAIN
    page = text(client.get(AGAIN))
    assert 'action="/panel/live/messaging/template/add/"' in page and "owner@acme.example in Acme" in page
    assert 'name="text" value="Dear {name}\nwelcome"' in page and "Hello &lt;b&gt;" in page
    assert "Passwords, codes and files were not kept" in page and "hunter2!" not in page and "abcdef" not in page
    assert f'href="{TEMPLATES}?a=1"' in page
    assert client.get(AGAIN)["Location"] == HOME


def test_it_waits_for_the_second_factor_too(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    client = Client()
    log_in(client, kept_form=kept_in(send_signed_out(client)))
    assert client.post(STEP, {"code": code(tenants.owner)})["Location"] == AGAIN


def find_places(identity: str) -> list[str]:
    return [f"{hit.table}.{hit.column}" for hit in find(identity).found]


@pytest.mark.parametrize("second_step", [False, True])
def test_a_kept_form_is_found_until_it_is_shown_and_dies_after_an_hour(tenants: Tenants, second_step: bool) -> None:
    if second_step:
        turn_on(tenants.owner)
    for shown in (True, False):
        client = Client()
        log_in(client, kept_form=kept_in(send_signed_out(client, {"text": "Call @Sarah_Zebra"})))
        assert find_places("sarah_zebra") == ["workspaces_keptform.fields"]
        if second_step:
            forget_last_code(tenants.owner)
            assert client.post(STEP, {"code": code(tenants.owner)})["Location"] == AGAIN
        if shown:
            assert "Call @Sarah_Zebra" in text(client.get(AGAIN))
            assert find_places("sarah_zebra") == []
    with clock.simulated(clock.now() + timedelta(minutes=59)):
        tasks.delete_kept_forms()
    assert find_places("sarah_zebra") == ["workspaces_keptform.fields"]
    with clock.simulated(clock.now() + timedelta(minutes=60)):
        assert client.get(AGAIN)["Location"] == HOME
        tasks.delete_kept_forms()
    assert find_places("sarah_zebra") == []


def test_a_kept_form_goes_at_an_erasure_in_a_workspace_of_its_user(tenants: Tenants) -> None:
    """Whatever it says of the person: a first name is an identity that nobody can look for."""
    client, test_side = Client(), tenants.workspace.twin
    for workspace, is_left in ((tenants.other, True), (tenants.workspace, False), (test_side, False)):
        log_in(client, kept_form=kept_in(send_signed_out(client, {"text": "Call Sarah_Zebra"})))
        person = contacts.upsert_contact(tenants.actor(workspace), {"username": "known"}).contact
        contacts.erase_contact(tenants.actor(workspace), person.pk)
        assert find_places("sarah_zebra") == ["workspaces_keptform.fields"] * is_left
        assert client.get(AGAIN).status_code == (200 if is_left else 302)
        client.post(reverse("account:logout"))


def test_another_user_of_the_browser_does_not_get_a_kept_form(tenants: Tenants) -> None:
    client, stranger = Client(), tenants.stranger.email
    log_in(client)
    client.post(reverse("account:logout"))
    kept = kept_in(send_signed_out(client))
    # Either because somebody else logs in, or in the session that somebody else has begun since.
    assert log_in(client, user=stranger, kept_form=kept)["Location"] == HOME
    assert client.get(AGAIN)["Location"] == HOME
    client.post(reverse("account:logout"))
    assert log_in(client, kept_form=kept)["Location"] == AGAIN
    form_id = client.session["kept_form_id"]
    client.post(reverse("account:logout"))
    log_in(client, user=stranger)
    session = client.session
    session["kept_form_id"] = form_id
    session.save()
    assert client.get(AGAIN)["Location"] == HOME


def test_a_form_of_who_gave_no_second_factor_does_not_lead_the_next_user_astray(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    client = Client()
    kept = kept_in(send_signed_out(client, TYPED | {"text": "a\0b"}))
    assert log_in(client, kept_form=kept)["Location"] == reverse("account:second_step")
    assert "kept_form_id" in client.session
    assert log_in(client, user=tenants.stranger.email)["Location"] == HOME


def test_a_log_in_without_its_second_step_leaves_no_session(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    client = Client()
    log_in(client, next="/panel/live/contacts/?q=sarah_zebra")
    assert find_places("sarah_zebra") == ["django_session.session_data"]
    with clock.simulated(clock.now() + timedelta(minutes=11)):
        purging.purge()
    assert find_places("sarah_zebra") == []
    log_in(client)
    forget_last_code(tenants.owner)
    client.post(STEP, {"code": code(tenants.owner)})
    assert client.session.get_expiry_age() > 86_400


@pytest.mark.parametrize("kept", ["", "nonsense", "WyIvIiwiLyIsW10sZmFsc2Vd:1xWSRU:XaQ_3CKFNVLCLQw7Iavb8I3KSriy2RM"])
def test_what_was_not_signed_here_is_not_shown(tenants: Tenants, kept: str) -> None:
    client = Client()
    assert log_in(client, kept_form=kept)["Location"] == HOME
    assert client.get(AGAIN)["Location"] == HOME


def test_a_form_that_is_too_long_to_keep_says_so(tenants: Tenants) -> None:
    long = "".join(chr(0x400 + number * 7919 % 5000) for number in range(20_000))
    page = send_signed_out(Client(), {"text": long})
    assert page.status_code == 401 and "too long to be kept" in text(page)
    assert len(page.content) < 20_000


def test_a_partial_update_leads_the_whole_page_to_the_log_in(tenants: Tenants) -> None:
    headers = {"hx-request": "true", "hx-current-url": f"{HOST}/panel/live/?a=1"}
    answer = Client().post(TEMPLATES, TYPED, headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (401, f"{LOGIN}?next=%2Fpanel%2Flive%2F%3Fa%3D1")


@pytest.mark.parametrize(
    ("page", "content_type", "size"),
    [
        (TEMPLATES, "multipart/form-data; boundary=x", 10),
        (TEMPLATES, URL_ENCODED, 65_537),
        (PROFILE, URL_ENCODED, 65_537),  # pages about a user have no files
        (PROFILE, "multipart/form-data; boundary=x", 65_537),
    ],
)
def test_a_large_form_or_file_of_a_stranger_is_not_parsed(
    db: None, monkeypatch: pytest.MonkeyPatch, page: str, content_type: str, size: int
) -> None:
    def fail(request: HttpRequest) -> None:
        pytest.fail("the form was parsed")

    client = Client(enforce_csrf_checks=True)
    client.get(LOGIN)
    monkeypatch.setattr(HttpRequest, "_load_post_and_files", fail)
    headers = {"referer": f"{HOST}{HOME}"}
    shown = client.post(page, "x" * size, content_type=content_type, headers=headers)
    assert shown.status_code == 401 and "too long to be kept, or has a file" in text(shown)
    assert client.post(page, "x" * size, content_type=content_type)["Location"] == f"{LOGIN}?next={page}"
    partial = client.post(page, "x" * size, content_type=content_type, headers={**headers, "hx-request": "true"})
    assert (partial.status_code, partial["HX-Redirect"]) == (401, f"{LOGIN}?next=%2Fpanel%2Flive%2F")


@pytest.mark.parametrize("referer", ["https://evil.example/", "//evil.example/x", ""])
def test_without_a_page_of_this_site_a_form_is_not_kept(tenants: Tenants, referer: str) -> None:
    answer = Client().post(TEMPLATES, TYPED, headers={"referer": referer} if referer else {})
    assert answer.status_code == 302 and answer["Location"].startswith(LOGIN)


def test_a_forged_form_is_refused_before_it_is_kept(tenants: Tenants) -> None:
    client = Client(enforce_csrf_checks=True)
    assert send_signed_out(client).status_code == 403


def test_a_form_of_before_another_log_in_shows_what_was_typed(tenants: Tenants) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(tenants.owner)
    answer = send_signed_out(client)
    assert answer.status_code == 403
    assert "Dear {name}" in text(answer) and "hunter2!" not in text(answer)
    assert f'href="{TEMPLATES}?a=1">Open the page again' in text(answer)
    foreign = client.post(TEMPLATES, TYPED, headers={"referer": "https://evil.example/"})
    assert foreign.status_code == 403 and "Dear {name}" not in text(foreign) and "evil" not in text(foreign)


# --- Invitations ------------------------------------------------------------------------------------------------------
def invite(client: Client, address: str = "new@example.com", role: str = "agent") -> Any:
    return client.post(MEMBERS, {"action": "invite", "email": address, "role": role})


def link_in(answer: Any) -> str:
    found = re.search(r'id="invitation-link" value="http://testserver(.*?)"', text(answer))
    assert found is not None
    return found[1]


def test_an_owner_invites_and_the_link_makes_a_member(tenants: Tenants) -> None:
    owner, newcomer = browser(tenants.owner), Client()
    link = link_in(invite(owner))
    assert link not in text(owner.get(MEMBERS)) and "new@example.com" in text(owner.get(MEMBERS))
    assert email.send_due() == 1 and f"{HOST}{link}" in mail.outbox[0].body
    opened = newcomer.get(link)
    assert link.partition("token=")[2] not in str(newcomer.session.items())
    assert opened["Location"] == INVITATION and link.partition("token=")[2] not in opened["Location"]
    page = text(newcomer.get(INVITATION))
    assert "owner@acme.example invites you" in page and "Acme" in page and "as agent" in page
    joined = newcomer.post(INVITATION, {"name": "New", "password": NEW}, follow=True)
    assert joined.redirect_chain == [(HOME, 302)] and "You are now an agent in Acme" in text(joined)
    assert newcomer.post(INVITATION, {"name": "New", "password": NEW}).status_code == 404
    assert Client().get(link).status_code == 404


def test_members_are_told_whether_the_link_is_sent(tenants: Tenants, settings: Any) -> None:
    owner = browser(tenants.owner)
    page = text(invite(owner))
    assert "Copy this link and send it yourself" in page and "We send this link" not in page
    settings.EMAIL_HOST = "smtp.example.com"
    page = text(invite(owner, "other@example.com"))
    assert "We send this link by e-mail" in page and "no mail server" not in page


def test_a_link_can_be_accepted_after_logging_in(tenants: Tenants) -> None:
    link = link_in(invite(browser(tenants.owner)))
    client = Client()
    client.get(link)
    log_in(client, user="owner@rival.example", next=INVITATION)
    assert "Join as owner@rival.example" in text(client.get(INVITATION))
    joined = client.post(INVITATION, follow=True)
    assert joined.redirect_chain == [(HOME, 302)] and "Acme" in text(joined)
    assert Membership.objects.for_workspace(tenants.workspace).get(user=tenants.stranger).role == Role.AGENT


def test_a_form_of_the_workspace_before_is_refused_after_joining_another(tenants: Tenants) -> None:
    link = link_in(invite(browser(tenants.owner)))
    client = Client(enforce_csrf_checks=True)
    client.force_login(tenants.stranger)
    client.get(link)
    client.get(INVITATION)
    token = client.cookies["csrftoken"].value
    joined = client.post(INVITATION, {"csrfmiddlewaretoken": token})
    assert (joined.status_code, joined["Location"]) == (302, HOME)
    assert client.cookies["csrftoken"].value != token
    stale = client.post(PROFILE, {"csrfmiddlewaretoken": token, "name": "", "time_zone": "", "theme": "dark"})
    assert stale.status_code == 403


def test_a_taken_address_is_told_to_log_in(tenants: Tenants) -> None:
    client = Client()
    client.get(link_in(invite(browser(tenants.owner), "owner@rival.example")))
    page = text(client.post(INVITATION, {"name": "", "password": NEW}))
    assert "There is an account with owner@rival.example already; log in to accept" in page


def test_sending_again_shows_a_new_link_and_taking_back_ends_it(tenants: Tenants) -> None:
    owner = browser(tenants.owner)
    first = link_in(invite(owner))
    row = Invitation.unscoped.get()
    second = link_in(owner.post(MEMBERS, {"action": "resend", "id": row.pk}))
    assert Client().get(first).status_code == 404 and Client().get(second).status_code == 302
    owner.post(MEMBERS, {"action": "revoke", "id": row.pk})
    assert Client().get(second).status_code == 404 and not Invitation.unscoped.exists()


# --- Members ----------------------------------------------------------------------------------------------------------
def test_the_list_says_role_second_factor_and_last_seen(tenants: Tenants) -> None:
    member = tenants.member(Role.VIEWER)
    turn_on(member)

    def row_of_member() -> str:
        page = text(browser(tenants.owner).get(MEMBERS))
        return page.partition(member.email)[2].partition("</li>")[0]

    assert "not seen yet" in row_of_member()
    client = browser(member)
    sessions.recent_writes.cache_clear()  # the helper has marked its member as seen
    client.get(HOME)
    row = row_of_member()
    assert ">Two-factor<" in row and "not seen yet" not in row and '<option value="viewer" selected>' in row


@pytest.mark.parametrize("action", ["_role", "show", "dispatch", "nothing", ""])
def test_an_unknown_action_does_nothing(tenants: Tenants, action: str) -> None:
    assert browser(tenants.owner).post(MEMBERS, {"action": action}).status_code == 302


def test_an_owner_changes_a_role_and_removes_a_member_on_both_sides(tenants: Tenants) -> None:
    member = tenants.member(Role.VIEWER)
    row = Membership.objects.for_workspace(tenants.workspace).get(user=member)
    owner = browser(tenants.owner)
    owner.post("/panel/test/members/", {"action": "role", "id": row.pk, "role": "admin"})
    row.refresh_from_db()
    assert row.role == Role.ADMIN
    assert AuditEntry.objects.for_workspace(tenants.workspace).filter(action="membership.changed").count() == 1
    theirs = browser(member)
    assert theirs.get(HOME).status_code == 200
    page = f"/panel/live/members/{row.pk}/remove/"
    assert f"Remove {member.email} from Acme?" in text(owner.get(page))
    assert owner.post(page)["Location"] == MEMBERS
    assert theirs.get(HOME).status_code == 302


def test_the_last_owner_stays(tenants: Tenants) -> None:
    row = Membership.objects.for_workspace(tenants.workspace).get()
    owner = browser(tenants.owner)
    answer = owner.post(MEMBERS, {"action": "role", "id": row.pk, "role": "viewer"})
    assert "keeps at least one owner" in flash_messages(answer)[0]
    owner.post(f"/panel/live/members/{row.pk}/remove/")
    row.refresh_from_db()
    assert row.role == Role.OWNER


def test_members_of_another_workspace_are_not_there(tenants: Tenants) -> None:
    theirs = Membership.objects.for_workspace(tenants.other).get()
    owner = browser(tenants.owner)
    assert owner.get(f"/panel/live/members/{theirs.pk}/remove/").status_code == 404
    assert owner.post(f"/panel/live/members/{theirs.pk}/remove/").status_code == 404
    owner.post(MEMBERS, {"action": "role", "id": theirs.pk, "role": "viewer"})
    theirs.refresh_from_db()
    assert theirs.role == Role.OWNER


def test_the_list_costs_the_same_for_many(tenants: Tenants, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        tenants.member(Role.AGENT)
    owner = browser(tenants.owner)
    for number in range(5):
        invite(owner, f"n{number}@example.com")
    with django_assert_max_num_queries(10):
        owner.get(MEMBERS)


# --- Two factors ------------------------------------------------------------------------------------------------------
def key_in(page: str) -> str:
    found = re.search(r"enter this key by hand: <code>(.*?)</code>", page)
    assert found is not None
    return found[1].replace(" ", "")


def test_each_session_sets_it_up_with_a_key_of_its_own(tenants: Tenants) -> None:
    thief, owner = browser(tenants.owner), browser(tenants.owner)
    known, shown = key_in(text(thief.get(TWO_FACTOR))), key_in(text(owner.get(TWO_FACTOR)))
    assert known != shown and key_in(text(owner.get(TWO_FACTOR))) == shown
    assert shown not in str(owner.session.items())
    assert "not right" in text(owner.post(TWO_FACTOR, {"code": code_of(known), "password": PASSWORD}))
    assert not two_factor.is_on(tenants.owner)


def test_a_key_that_was_not_confirmed_is_replaced_after_15_minutes(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    old = key_in(text(client.get(TWO_FACTOR)))
    with clock.simulated(clock.now() + timedelta(minutes=16)):
        late = text(client.post(TWO_FACTOR, {"code": code_of(old), "password": PASSWORD}))
    assert "too old" in late and key_in(late) != old and not two_factor.is_on(tenants.owner)


def test_turning_it_on_asks_for_the_password_as_often_as_logging_in_does(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    right = {"code": code_of(key_in(text(client.get(TWO_FACTOR)))), "password": PASSWORD}
    assert "Enter a password" in text(client.post(TWO_FACTOR, {**right, "password": ""}))
    wrong = [client.post(TWO_FACTOR, {**right, "password": "wrong"}) for _ in range(10)]
    assert {each.status_code for each in wrong} == {200} and "not your present password" in text(wrong[0])
    assert client.post(TWO_FACTOR, right).status_code == 429
    assert not two_factor.is_on(tenants.owner)


def test_setting_it_up_shows_the_recovery_codes_once(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    page = text(client.get(TWO_FACTOR))
    assert "<svg" in page and "style=" not in page
    wrong = text(client.post(TWO_FACTOR, {"code": "1", "password": PASSWORD}))
    assert "not right" in wrong and key_in(wrong) == key_in(page)
    done = text(client.post(TWO_FACTOR, {"code": code_of(key_in(page)), "password": PASSWORD}))
    shown = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", done)
    assert len(shown) == 10
    assert not any(each in text(client.get(TWO_FACTOR)) for each in shown)
    forget_last_code(tenants.owner)
    assert two_factor.check_code(tenants.owner, shown[0], ip=None) is True


def test_it_is_turned_off_and_codes_are_replaced_with_a_code(tenants: Tenants) -> None:
    codes = turn_on(tenants.owner)
    client = browser(tenants.owner)
    assert "not right" in text(client.post(TWO_FACTOR, {"action": "codes", "codes-code": "1"}))
    new = re.findall(
        r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", text(client.post(TWO_FACTOR, {"action": "codes", "codes-code": codes[0]}))
    )
    assert len(new) == 10
    assert "not right" in text(client.post(TWO_FACTOR, {"action": "off", "off-code": codes[1]}))
    other = browser(tenants.owner)
    assert client.post(TWO_FACTOR, {"action": "off", "off-code": new[0]})["Location"] == PROFILE
    assert not two_factor.is_on(tenants.owner)
    assert client.get(PROFILE).status_code == 200
    assert other.get(PROFILE).status_code == 302


def test_where_it_is_required_nothing_else_is_shown_before(tenants: Tenants) -> None:
    member = tenants.member(Role.AGENT)
    turn_on(tenants.owner)
    client, owner = browser(member), browser(tenants.owner)
    assert client.get(HOME).status_code == 200
    owner.post(MEMBERS, {"action": "require", "required": "yes"})
    assert owner.get(MEMBERS).status_code == 200
    for address in (HOME, "/panel/test/contacts/", "/oauth/authorize/?client_id=x"):
        assert client.get(address)["Location"] == TWO_FACTOR, address
        assert client.post(address, {"x": "y"})["Location"] == TWO_FACTOR, address
    page = text(client.get(TWO_FACTOR))
    assert "Acme requires two-factor authentication" in page and 'aria-label="Menu"' not in page
    client.post(TWO_FACTOR, {"code": code_of(key_in(page)), "password": PASSWORD})
    assert client.get(HOME).status_code == 200
    assert "so it stays on" in text(client.get(TWO_FACTOR))
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="workspace.two_factor_required")
    assert entry.data == {"required": True}
    owner.post(MEMBERS, {"action": "require", "required": "no"})
    assert Workspace.objects.get(pk=tenants.workspace.pk).requires_two_factor is False


def test_who_lacks_a_factor_can_still_go_to_another_workspace(tenants: Tenants) -> None:
    Membership.unscoped.create(workspace=tenants.other, user=tenants.owner, role=Role.AGENT)
    Workspace.objects.filter(pk=tenants.workspace.pk).update(requires_two_factor=True)
    client = browser(tenants.owner)
    page = client.get("/panel/", follow=True)
    assert page.redirect_chain == [(HOME, 302), (TWO_FACTOR, 302)]
    assert "Go to Rival instead" in text(page)
    moved = client.post(reverse("account:switch"), {"workspace": tenants.other.pk}, follow=True)
    assert moved.redirect_chain == [(HOME, 302)] and "Rival" in text(moved)


def test_another_workspace_is_not_asked_for_a_factor(tenants: Tenants) -> None:
    Workspace.objects.filter(pk=tenants.workspace.pk).update(requires_two_factor=True)
    assert browser(tenants.stranger).get(HOME).status_code == 200


# --- Password ---------------------------------------------------------------------------------------------------------
def test_a_link_by_e_mail_sets_a_new_password(tenants: Tenants) -> None:
    elsewhere, client = browser(tenants.owner), Client()
    client.post(RESET, {"email": "OWNER@acme.example"})
    assert email.send_due() == 1
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert found is not None
    opened = client.get(found[1])
    assert opened["Location"] == SET and "token" not in opened["Location"]
    token = re.search(r"token=([^&\s]+)", found[1])
    assert token is not None and token[1] not in str(client.session.items())
    assert "not the same" in text(client.post(SET, {"new_password1": NEW, "new_password2": "x"}))
    answer = client.post(SET, {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert answer.redirect_chain == [(LOGIN, 302)] and "all your sessions are signed out" in text(answer)
    assert elsewhere.get(HOME).status_code == 302
    assert Client().get(found[1]).status_code == 404 and client.post(SET, {}).status_code == 404
    assert log_in(client, NEW).status_code == 302
    assert AuditEntry.objects.for_workspace(tenants.workspace).filter(action="user.password_reset").count() == 1


def test_asking_for_a_link_answers_alike_for_every_address(tenants: Tenants) -> None:
    known, unknown = (
        Client().post(RESET, {"email": address}) for address in ("owner@acme.example", "owner@none.example")
    )
    assert text(known).replace("acme", "none") == text(unknown)
    Client().post(RESET, {"email": "owner@acme.example"})
    assert email.send_due() == 1  # the second one in a minute sends nothing


def test_a_reset_link_of_who_has_two_factors_still_needs_the_code(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    client = Client()
    client.post(RESET, {"email": "owner@acme.example"})
    email.send_due()
    client.get(re.findall(r"http://testserver(/\S+)", str(mail.outbox[-1].body))[0])
    client.post(SET, {"new_password1": NEW, "new_password2": NEW})
    assert client.get(HOME).status_code == 302
    assert log_in(client, NEW)["Location"] == STEP


@pytest.mark.parametrize("own", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "crm.localhost:8000", "testserver"])
def test_a_link_in_an_e_mail_has_the_host_of_the_request(tenants: Tenants, own: str) -> None:
    Client().post(RESET, {"email": "owner@acme.example"}, HTTP_HOST=own)
    assert email.send_due() == 1 and f" http://{own}/panel/" in re.sub(r"\s", " ", str(mail.outbox[0].body))


@pytest.mark.parametrize("foreign", ["evil.example", "evil.example:8000", "203.0.113.9", "localhost.evil.example"])
def test_a_foreign_host_makes_no_link_in_an_e_mail(tenants: Tenants, settings: Any, foreign: str) -> None:
    """A development machine allows every host."""
    settings.ALLOWED_HOSTS = ["*"]
    here: dict[str, Any] = {"HTTP_HOST": foreign, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}
    Client().post(RESET, {"email": "owner@acme.example"}, **here)
    Client().post(SIGN_UP, {**FORM, "email": "owner@acme.example"}, **here)
    invited = {"action": "invite", "email": "new@acme.example", "role": "agent"}
    browser(tenants.owner).post(MEMBERS, invited, **here)
    assert email.send_due() == 3
    bodies = "".join(str(each.body) for each in mail.outbox)
    assert "http://127.0.0.1:8000/panel/" in bodies and foreign not in bodies


def test_changing_the_password_ends_the_other_sessions_and_says_so(tenants: Tenants) -> None:
    here, there = browser(tenants.owner), browser(tenants.owner)
    wrong = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert "not your present password" in text(here.post(CHANGE, wrong))
    answer = here.post(CHANGE, {**wrong, "old_password": PASSWORD})
    assert answer["Location"] == PROFILE
    assert flash_messages(answer) == ["Your password is changed. Other sessions that were signed out: 1."]
    assert here.get(HOME).status_code == 200 and there.get(HOME).status_code == 302
    assert "This one" in text(here.get(SESSIONS))
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="user.password_changed")
    assert (entry.target, entry.data) == (str(tenants.owner.pk), {})
    assert email.send_due() == 1
    assert mail.outbox[0].to == [tenants.owner.email] and NEW not in mail.outbox[0].body


def test_wrong_present_passwords_count_as_at_the_log_in(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    form = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert [client.post(CHANGE, form).status_code for _ in range(11)] == [200] * 10 + [429]
    assert client.post(CHANGE, {**form, "old_password": PASSWORD}).status_code == 429
    assert log_in(Client()).status_code == 429  # the same address
    tenants.owner.refresh_from_db()
    assert tenants.owner.check_password(PASSWORD)


# --- Sessions, profile ------------------------------------------------------------------------------------------------
def test_sessions_are_listed_and_signed_out(tenants: Tenants) -> None:
    here, there = browser(tenants.owner), Client(headers={"user-agent": "X11; Linux Firefox/140"})
    log_in(there)
    page = text(here.get(SESSIONS))
    assert "Firefox on Linux" in page and page.count("This one") == 1
    row = UserSession.objects.get(browser__contains="Firefox")
    assert row.session_key not in page
    here.post(SESSIONS, {"session": row.pk})
    assert there.get(HOME).status_code == 302 and here.get(HOME).status_code == 200
    log_in(there)
    here.post(SESSIONS, {"session": "others"})
    assert there.get(HOME).status_code == 302
    stranger = browser(tenants.stranger)
    for wrong in (UserSession.objects.get(user=tenants.owner).pk, "x", "9" * 30, ""):
        assert stranger.post(SESSIONS, {"session": wrong}).status_code == 302
    assert here.get(HOME).status_code == 200
    entries = AuditEntry.objects.for_workspace(tenants.workspace).filter(action__startswith="user.session")
    told = list(entries.order_by("pk").values_list("action", "ip", "data"))
    assert told == [("user.session_ended", "127.0.0.1", {}), ("user.sessions_ended", "127.0.0.1", {"ended": 1})]


def test_a_session_from_before_this_list_appears_in_it(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    UserSession.objects.all().delete()
    sessions.recent_writes.cache_clear()  # another process
    client.get(HOME)
    assert "This one" in text(client.get(SESSIONS))


def test_use_is_written_once_in_five_minutes(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    client.get(HOME)
    UserSession.objects.update(last_used_at=clock.now() - timedelta(days=1))
    client.get(HOME)
    assert clock.now() - UserSession.objects.get().last_used_at > timedelta(hours=23)
    sessions.recent_writes.cache_clear()
    client.get(HOME)
    assert clock.now() - UserSession.objects.get().last_used_at < timedelta(minutes=1)


def test_times_are_in_the_time_zone_of_the_user_else_of_the_workspace(tenants: Tenants) -> None:
    at = clock.now().replace(year=2026, month=7, day=1, hour=20, minute=5)
    Membership.unscoped.update(created_at=at)
    client = browser(tenants.owner)
    assert "1 Jul 2026 20:05" in text(client.get(MEMBERS))
    Workspace.objects.filter(pk=tenants.workspace.pk).update(time_zone="Europe/Berlin")
    assert "1 Jul 2026 22:05" in text(client.get(MEMBERS))
    profile = {"name": "", "time_zone": "Asia/Tokyo", "theme": "dark", "opens_next": "close"}
    assert client.post(PROFILE, profile)["Location"] == PROFILE
    page = text(client.get(MEMBERS))
    assert "2 Jul 2026 05:05" in page and 'data-theme="dark"' in page
    assert timezone.get_current_timezone_name() == "UTC"
    assert "choose a time zone" in text(client.post(PROFILE, {**profile, "time_zone": "x"})).lower()


@pytest.mark.parametrize("page", [CHANGE, TWO_FACTOR, SESSIONS, PROFILE, AGAIN])
def test_own_pages_ask_strangers_to_log_in(db: None, page: str) -> None:
    for answer in (Client().get(page), Client().post(page) if page != AGAIN else Client().get(page)):
        assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next={page}")


def test_a_user_without_a_workspace_has_an_account_all_the_same(db: None) -> None:
    client = browser(User.objects.create_user("alone@example.com", PASSWORD))
    assert client.get(LOGIN).status_code == 403
    for page in (CHANGE, TWO_FACTOR, SESSIONS, PROFILE):
        assert client.get(page).status_code == 200, page


def test_a_new_session_goes_on_in_the_workspace_of_the_last(tenants: Tenants) -> None:
    Membership.unscoped.create(workspace=tenants.other, user=tenants.owner, role=Role.AGENT, last_seen_at=clock.now())
    assert "Rival" in text(browser(tenants.owner).get(HOME))
