"""Conversations > Broadcasts in the panel: draft, preview, start, and the page of one."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from contacts.models import Contact, Segment
from crmsolid.core import clock
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import time_text
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from messaging.broadcasts.models import Broadcast
from messaging.broadcasts.services import pause_broadcast
from messaging.files.services import upload
from messaging.models import Account, Message, MessageAttempt
from tests.browser.media import picture
from tests.messaging.broadcasts.helpers import contact, contacts, counts, freeze, run_job, start, stored, work
from tests.messaging.conftest import FrozenTime
from tests.panel import browser, flash_messages
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

WAIT_FOR_SOMEBODY = "Broadcasts that wait for somebody"
LIST, ADD = "admin:messaging_broadcast_changelist", "admin:messaging_broadcast_add"


def page(name: str, broadcast: Broadcast) -> str:
    return reverse(f"admin:messaging_broadcast_{name}", args=[broadcast.pk])


def form(account: Account, **changes: Any) -> dict[str, Any]:
    """What a browser posts from the form."""
    values = {"name": "News", "text": "Hello {name}", "account_ids": [account.pk], "segment_id": "", "tags": "vip"}
    values["contacts"] = ""
    return {**values, "send_at": "", "per_hour": "", "cooldown_days": "", **changes}


def text_of(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    found: str = answer.content.decode()
    return found


def test_draft_is_previewed_and_started_for_the_people_shown(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "annie", name="Ann <b>Lee</b>")
    contact(tenants.workspace, "nameless")
    client = browser(tenants.owner)
    assert client.get(reverse(ADD)).status_code == 200
    answer = client.post(reverse(ADD), form(account))
    draft = Broadcast.unscoped.get()
    assert (answer.status_code, answer["Location"], draft.status) == (302, page("preview", draft), "draft")
    text = text_of(client, page("preview", draft))
    assert "<strong>1</strong> of 2 contacts would get the message" in text
    assert "<dt>A value of the text is missing</dt><dd>1</dd>" in text
    assert "Hello Ann &lt;b&gt;Lee&lt;/b&gt;" in text
    audience_hash = hash_on(text)
    answer = client.post(page("start", draft), {"audience_hash": audience_hash})
    assert flash_messages(answer) == ["The broadcast is started."]
    for answer in (client.get(page("edit", draft)), client.post(page("edit", draft), form(account, text="Other"))):
        assert answer["Location"] == page("change", draft)
        assert flash_messages(answer)[-1] == "Only a draft can be edited. This broadcast was started or canceled."
    assert stored(draft).text == "Hello {name}"
    work(draft)
    assert (stored(draft).status, counts(draft)) == ("done", {"sent": 1, "skipped": 1})


def test_start_after_the_audience_changed_is_refused_and_says_so(tenants: Tenants, account: Account) -> None:
    contacts(tenants.workspace, 1)
    client = browser(tenants.owner)
    client.post(reverse(ADD), form(account, text="Hello"))
    draft = Broadcast.unscoped.get()
    audience_hash = hash_on(text_of(client, page("preview", draft)))
    contact(tenants.workspace, "newcomer")
    answer = client.post(page("start", draft), {"audience_hash": audience_hash})
    assert answer["Location"] == page("preview", draft)
    assert flash_messages(answer) == ["Nothing was sent: in the preview it was for 1, and now it is for 2."]
    assert (stored(draft).status, stored(draft).job_id) == ("draft", "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "Buy now"}, "the text has changed since this preview"),
        ({"send_at": "2026-12-24T18:30"}, "the time has changed since this preview"),
        ({"per_hour": "7"}, "the limit of messages an hour has changed since this preview"),
        ({"cooldown_days": "7"}, "the number of days between two broadcasts has changed since this preview"),
    ],
)
def test_draft_that_another_member_edits_after_the_preview_is_shown_again_and_not_started(
    tenants: Tenants, account: Account, change: dict[str, str], said: str
) -> None:
    contacts(tenants.workspace, 1)
    owner, agent = browser(tenants.owner), browser(tenants.member(Role.AGENT), tenants.workspace)
    owner.post(reverse(ADD), form(account, text="Hello"))
    draft = Broadcast.unscoped.get()
    previewed = hash_on(text_of(owner, page("preview", draft)))
    agent.post(page("edit", draft), form(account, **{"text": "Hello", **change}))
    answer = owner.post(page("start", draft), {"audience_hash": previewed})
    assert answer["Location"] == page("preview", draft)
    assert flash_messages(answer) == [f"Nothing was sent: {said}."]
    assert (stored(draft).status, stored(draft).job_id) == ("draft", "")
    shown = text_of(owner, page("preview", draft))
    assert change.get("text", "Hello") in shown
    owner.post(page("start", draft), {"audience_hash": hash_on(shown)})
    assert stored(draft).status == ("scheduled" if "send_at" in change else "running")


def hash_on(shown: str) -> str:
    """The hash that the button on the page of a preview posts."""
    return shown.split('name="audience_hash" value="')[1].split('"')[0]


@pytest.mark.parametrize("audience_hash", ["", "x"])
def test_start_without_the_hash_of_a_preview_is_refused(tenants: Tenants, account: Account, audience_hash: str) -> None:
    contacts(tenants.workspace, 1)
    client = browser(tenants.owner)
    client.post(reverse(ADD), form(account, text="Hello"))
    draft = Broadcast.unscoped.get()
    answer = client.post(page("start", draft), {"audience_hash": audience_hash})
    assert flash_messages(answer) == ["Look at the preview, and start from there."]
    assert (stored(draft).status, stored(draft).job_id) == ("draft", "")


def test_draft_is_edited(tenants: Tenants, account: Account) -> None:
    segment = Segment.unscoped.create(workspace=tenants.workspace, name="All", filter={"all": []})
    client = browser(tenants.owner)
    client.post(reverse(ADD), form(account, send_at="2026-12-24T18:30", per_hour="100", cooldown_days="7"))
    draft = Broadcast.unscoped.get()
    text = text_of(client, page("edit", draft))
    assert 'value="2026-12-24T18:30"' in text and 'value="100"' in text
    client.post(page("edit", draft), form(account, name="Later", tags="", segment_id=segment.pk, text="One\r\nTwo"))
    draft.refresh_from_db()
    assert (draft.name, draft.text, draft.audience) == ("Later", "One\nTwo", {"segment_id": segment.pk})
    assert (draft.send_at, draft.per_hour, draft.cooldown_days) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"tags": ""}, "Choose a segment, or give tags, or contacts: one of the three."),
        ({"contacts": "@annie"}, "There is no such contact: @annie"),
        ({"text": "Hello {nobody}"}, "There is no contact field for {nobody}"),
        ({"account_ids": []}, "Choose the account that sends it."),
        ({"text": ""}, "Write the message."),
        ({"per_hour": "0"}, "Ensure this value is greater than or equal to 1."),
    ],
)
def test_what_is_wrong_is_shown_at_its_field(
    tenants: Tenants, account: Account, changes: dict[str, Any], error: str
) -> None:
    answer = browser(tenants.owner).post(reverse(ADD), form(account, **changes))
    assert answer.status_code == 200 and f'<p class="cs-error">{error}' in answer.content.decode()
    assert not Broadcast.unscoped.exists()


def test_page_shows_recipients_with_their_reasons(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "annie", name="Ann")
    contact(tenants.workspace, "fail_privacy_bob", name="Bob")
    contact(tenants.workspace, "cecil", name="Cecil", opted_out=True)
    broadcast = start(account)
    work(broadcast)
    client = browser(tenants.owner)
    text = text_of(client, page("change", broadcast))
    assert "Ann" in text and "They accept no messages from strangers." in text and "Opted out" in text
    text = text_of(client, f"{page('change', broadcast)}?status=skipped")
    assert "Cecil" in text and "They accept no messages from strangers." not in text
    assert "1 of 3" in text_of(client, reverse(LIST))


def test_failed_recipient_leads_to_the_field_that_is_to_be_corrected(tenants: Tenants, account: Account) -> None:
    bob = contact(tenants.workspace, "fail_notfound_bob", name="Bob")
    broadcast = start(account)
    work(broadcast)
    back = page("change", broadcast)
    link = panel_url("contacts_contact_change", bob.pk, query={"edit": "username", "next": back})
    assert f'<a class="cs-link" href="{escape(link)}">Correct the username</a>' in text_of(browser(tenants.owner), back)
    assert "Correct the username" not in text_of(browser(tenants.member(Role.VIEWER)), back)


def test_buttons_pause_resume_cancel_and_try_again(tenants: Tenants, account: Account) -> None:
    bob = contact(tenants.workspace, "fail_privacy_bob")
    broadcast = start(account)
    work(broadcast)
    client = browser(tenants.owner)
    Contact.unscoped.filter(pk=bob.pk).update(username="bobby", username_key="bobby")
    for verb, status in (("retry", "running"), ("pause", "paused"), ("resume", "running"), ("cancel", "canceled")):
        assert f'action="{page(verb, broadcast)}"' in text_of(client, page("change", broadcast))
        client.post(page(verb, broadcast))
        assert stored(broadcast).status == status
    assert f'action="{page("pause", broadcast)}"' not in text_of(client, page("change", broadcast))


def test_what_may_have_arrived_is_not_offered_to_be_sent_again(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "fail_privacy_bob")
    broadcast = start(account)
    work(broadcast)
    client = browser(tenants.owner)
    assert "Send again to those that failed" in text_of(client, page("change", broadcast))
    MessageAttempt.unscoped.all().delete()  # as of a worker that died, perhaps after it had sent
    Message.unscoped.update(unsettled_since=clock.now())
    assert "Send again to those that failed" not in text_of(client, page("change", broadcast))


def test_broadcast_that_the_audience_change_ended_says_why(tenants: Tenants, account: Account) -> None:
    broadcast = start(account)
    Broadcast.unscoped.update(status="canceled", reason="audience_changed")
    assert "The audience changed while it was started" in text_of(browser(tenants.owner), page("change", broadcast))


def test_viewers_read_and_do_nothing(tenants: Tenants, account: Account) -> None:
    contacts(tenants.workspace, 1)
    broadcast = start(account)
    freeze(broadcast)
    client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    assert "Pause" not in text_of(client, page("change", broadcast))
    assert client.get(reverse(LIST)).status_code == 200
    for address in (page("pause", broadcast), page("cancel", broadcast), reverse(ADD)):
        assert client.post(address, form(account)).status_code == 403
    assert (stored(broadcast).status, Broadcast.unscoped.count(), Message.unscoped.count()) == ("running", 1, 0)


def test_agents_may_start(tenants: Tenants, account: Account) -> None:
    answer = browser(tenants.member(Role.AGENT), tenants.workspace).post(reverse(ADD), form(account))
    assert (answer.status_code, Broadcast.unscoped.count()) == (302, 1)


def test_audience_of_contacts_by_username_address_and_id(tenants: Tenants, account: Account) -> None:
    people = [contact(tenants.workspace, "annie"), contact(tenants.workspace, "bobby", email="bob@example.com")]
    people.append(contact(tenants.workspace, "cecil"))
    contact(tenants.other, "theirs")
    client = browser(tenants.owner)
    lines = f"@Annie\r\nBOB@example.com\r\n{people[2].pk}\r\nbobby"
    client.post(reverse(ADD), form(account, tags="", contacts=lines, text="Hello"))
    draft = Broadcast.unscoped.get()
    assert sorted(draft.audience["contact_ids"]) == sorted(each.pk for each in people)
    assert "<strong>3</strong> of 3 contacts" in text_of(client, page("preview", draft))
    assert all(each.pk in text_of(client, page("edit", draft)) for each in people)
    answer = client.post(page("edit", draft), form(account, tags="", contacts="@theirs\n@annie"))
    assert "There is no such contact: @theirs" in answer.content.decode()


@pytest.mark.parametrize(
    ("goes_to", "audience"),
    [("tags", {"tags": ["news"]}), ("contacts", {"contact_ids": ["annie"]}), ("segment_id", None), ("", None)],
)
def test_of_several_audiences_the_chosen_one_counts(
    tenants: Tenants, account: Account, goes_to: str, audience: dict[str, Any] | None
) -> None:
    annie = contact(tenants.workspace, "annie")
    client = browser(tenants.owner)
    data = form(account, tags="news", contacts="@annie", text="Hello", goes_to=goes_to)
    answer = client.post(reverse(ADD), data)
    if audience is None:
        assert "one of the three" in answer.content.decode() and not Broadcast.unscoped.exists()
        return
    expected = {"contact_ids": [annie.pk]} if "contact_ids" in audience else audience
    draft = Broadcast.unscoped.get()
    assert draft.audience == expected
    assert client.get(page("edit", draft)).context["form"]["goes_to"].value() == goes_to


def test_script_gets_the_preview_and_the_words_alone(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "annie", name="Ann")
    data = form(account, do="preview", goes_to="tags", per_hour="20", by_itself="1")
    text = browser(tenants.owner).post(reverse(ADD), data, headers={"HX-Target": "preview"}).content.decode()
    assert "<html" not in text and "Hello Ann" in text
    assert '<span id="say-pace" hx-swap-oob="true"><bdi>at most 20 an hour</bdi></span>' in text


def test_form_previews_without_saving(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "annie", name="Ann")
    contact(tenants.workspace, "nameless")
    text = browser(tenants.owner).post(reverse(ADD), form(account, do="preview")).content.decode()
    assert "<strong>1</strong> of 2 contacts would get the message" in text and "Hello Ann" in text
    assert "<dt>A value of the text is missing</dt><dd>1</dd>" in text and 'name="audience_hash"' not in text
    assert not Broadcast.unscoped.exists()


def test_preview_that_follows_the_typing_does_not_count_a_large_audience(
    tenants: Tenants, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("annie", "bobby", "cecil"):
        contact(tenants.workspace, name, name=name.capitalize())
    client = browser(tenants.owner)
    for most, button, is_counted in [(3, {"by_itself": "1"}, True), (2, {"by_itself": "1"}, False), (2, {}, True)]:
        monkeypatch.setattr("messaging.panel.broadcasts.MAX_COUNTED_WHILE_TYPING", most)
        shown = client.post(reverse(ADD), form(account, do="preview", **button)).content.decode()
        assert ("<strong>3</strong> of 3 contacts would get the message" in shown) is is_counted
        assert ("This audience is large: press “Update the preview” to count it." in shown) is not is_counted
        assert "Hello Annie" in shown and ("Hello Bobby" in shown) is is_counted
    assert not Broadcast.unscoped.exists()


def test_files_of_a_broadcast_are_shown_small(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "annie", name="Ann")
    client = browser(tenants.owner)
    photo = upload(tenants.actor(), io.BytesIO(picture(30, 20)), "photo.jpg").pk
    small = f'<img src="/panel/live/files/{photo}/" width="40"'
    assert small in client.post(reverse(ADD), form(account, do="preview", attachments=photo)).content.decode()
    client.post(reverse(ADD), form(account, attachments=photo))
    draft = Broadcast.unscoped.get()
    for name in ("change", "preview"):
        assert small in client.get(page(name, draft)).content.decode()


def test_preview_of_the_form_needs_no_name_and_says_what_is_left_to_do(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "annie", name="Ann")
    client = browser(tenants.owner)
    text = client.post(reverse(ADD), form(account, do="preview", name="")).content.decode()
    assert "<strong>1</strong> of 1 contacts would get the message" in text
    unfinished = form(account, do="preview", name="", text="", account_ids=[], tags="")
    text = client.post(reverse(ADD), unfinished).content.decode().partition('id="preview"')[2]
    for said in ("Text: Write the message.", "Sending accounts: Choose the account", "Segment: Choose a segment, or"):
        assert f"<li>{said}" in text
    assert not Broadcast.unscoped.exists()


def test_draft_is_deleted_and_nothing_else_can_be(tenants: Tenants, account: Account) -> None:
    contacts(tenants.workspace, 1)
    client = browser(tenants.member(Role.AGENT), tenants.workspace)
    client.post(reverse(ADD), form(account, text="Hello"))
    draft = Broadcast.unscoped.get()
    assert browser(tenants.member(Role.VIEWER)).post(page("discard", draft)).status_code == 403
    assert client.get(page("discard", draft)).status_code == 405
    answer = client.post(page("discard", draft))
    assert (answer["Location"], flash_messages(answer)) == (reverse(LIST), ["The draft News is deleted."])
    assert not Broadcast.unscoped.exists()
    assert AuditEntry.unscoped.filter(action="broadcast.deleted", target=draft.pk).count() == 1
    running = start(account)
    answer = client.post(page("discard", running))
    assert flash_messages(answer)[-1:] == ["The broadcast is running; only a draft can be deleted."]
    assert stored(running).status == "running"


def test_recipients_as_csv(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "annie", name="=1+1")
    contact(tenants.workspace, "fail_privacy_bob", name="Bob")
    broadcast = start(account)
    work(broadcast)
    client = browser(tenants.member(Role.VIEWER), tenants.workspace)
    answer = client.get(page("export", broadcast))
    assert answer.streaming and answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [(row["name"], row["username"], row["status"], row["reason"]) for row in rows] == [
        ("'=1+1", "annie", "sent", ""),
        ("Bob", "fail_privacy_bob", "failed", "privacy_restricted"),
    ]
    failed = client.get(f"{page('export', broadcast)}?status=failed").getvalue().decode()
    assert "annie" not in failed and "fail_privacy_bob" in failed
    assert f'href="{page("export", broadcast)}"' in text_of(client, page("change", broadcast))
    theirs = start(tenants.sandbox(tenants.other))
    assert client.get(page("export", theirs)).status_code == 404


def test_page_follows_by_itself_while_it_is_sent(tenants: Tenants, account: Account) -> None:
    contacts(tenants.workspace, 2)
    broadcast = start(account)
    freeze(broadcast)
    client = browser(tenants.owner)
    text = text_of(client, page("change", broadcast))
    assert 'hx-trigger="every 3s"' in text and "0 of 2 are done" in text
    work(broadcast)
    text = text_of(client, page("change", broadcast))
    assert "hx-trigger" not in text and 'http-equiv="refresh"' not in text and "2 of 2 are done" in text


def home_of(client: Any) -> dict[str, list[tuple[str, str]]]:
    """What Home says of the broadcast: while it runs by itself, and what is to be done if it does not."""
    shown = client.get(reverse("admin:index")).context
    found = {
        "running": [(f"{run.title}: {run.done_text}", run.waits) for run in shown["running"]],
        "hands": [(hand.title, hand.detail) for hand in shown["hands"] if "News" in hand.title],
    }
    return {name: items for name, items in found.items() if items}


def test_broadcast_that_waits_says_why_and_until_when(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=12)
    contacts(tenants.workspace, 5)
    broadcast = start(account)
    work(broadcast)
    until = time_text(frozen_time.now + timedelta(days=1))
    waits, client = f"for the daily limit of the accounts, until {until}", browser(tenants.owner)
    assert f"For{waits[3:]}" in text_of(client, reverse(LIST))
    text = text_of(client, page("change", broadcast))
    assert f"Nothing is sent at this moment. It waits {waits}." in text
    assert f'<dt>Waits</dt><dd dir="auto">{waits}</dd>' in text
    assert home_of(client) == {"running": [("Broadcast: News: 2 of 5", waits)]}


@pytest.mark.parametrize(
    ("state", "what_to_do"),
    [
        ("needs_login", "An account needs a login. An admin can log it in again."),
        ("frozen", "Telegram has frozen an account. Its page says what an admin can do."),
        ("banned", "Telegram has closed an account. Its page says what an admin can do."),
        ("paused", "An account is paused. An admin can resume it."),
    ],
)
def test_broadcast_that_waits_for_somebody_is_not_said_to_go_on_by_itself(
    tenants: Tenants, account: Account, frozen_time: FrozenTime, state: str, what_to_do: str
) -> None:
    contacts(tenants.workspace, 1)
    Account.unscoped.filter(pk=account.pk).update(state=state)
    broadcast = start(account)
    work(broadcast)
    client = browser(tenants.owner)
    assert home_of(client) == {"hands": [("News waits for somebody", what_to_do)]}
    until = frozen_time.now + timedelta(hours=1)
    Account.unscoped.filter(pk=account.pk).update(state="paused", paused_until=until)
    run_job(broadcast)
    waits = f"for an account that is paused, until {time_text(until)}"
    assert home_of(client) == {"running": [("Broadcast: News: 0 of 1", waits)]}
    pause_broadcast(tenants.actor(), broadcast.pk)
    assert home_of(client) == {"hands": [("News waits for somebody", "It is paused. Resume it when it may go on.")]}


def test_broadcast_that_waits_for_a_plan_waits_for_somebody(tenants: Tenants, account: Account) -> None:
    contacts(tenants.workspace, 1)
    broadcast = start(account)
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="expired")
    work(broadcast)
    what_to_do = "The plan does not allow sending. An owner can choose another one."
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="pro")  # the page of an expired plan is another one
    assert home_of(browser(tenants.owner)) == {"hands": [("News waits for somebody", what_to_do)]}
