"""What the inbox shows of messages besides their plain text: files, formatting, quotes, receipts, reactions."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmsolid.core import clock
from crmsolid.workspaces.authors import Author
from crmsolid.workspaces.models import Role
from messaging.authors import columns_of
from messaging.formatting.entities import Entity, EntityKind, to_json
from messaging.formatting.written import as_markdown
from messaging.models import Account, Attachment, File, Message, TelegramDownload, Thread
from messaging.panel.formatted import html_of, source_of
from messaging.panel.media import duration_text, wave_path
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.browser.media import add_media, picture, voice
from tests.messaging.conftest import FrozenTime
from tests.panel import browser
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db
INBOX = "/panel/live/inbox/"


@pytest.fixture
def client(tenants: Tenants, frozen_time: FrozenTime) -> Client:
    frozen_time.now = datetime(2030, 6, 4, 12, tzinfo=UTC)
    return browser(tenants.owner)


@pytest.fixture
def thread(client: Client, sandbox: Account, frozen_time: FrozenTime) -> Thread:
    message = receive(sandbox, Incoming(1, "Hello", clock.now(), username="alice", name="Alice"))
    assert message is not None
    found: Thread = Thread.unscoped.get(pk=message.thread_id)
    return found


def say(thread: Thread, text: str, *, is_out: bool = False, **more: Any) -> Message:
    direction, status = ("out", "sent") if is_out else ("in", "received")
    common = {"workspace": thread.workspace, "account": thread.account, "contact": thread.contact, "rendered": True}
    more = {"created_at": clock.now()} | more
    message: Message = Message.unscoped.create(
        **common, thread=thread, direction=direction, status=status, text=text, **more
    )
    return message


def page_of(thread: Thread) -> str:
    return f"{INBOX}{thread.pk}/"


def bubble_of(client: Client, message: Message) -> str:
    html = client.get(page_of(message.thread)).content.decode()
    found = re.search(rf'<article[^>]*id="m-{message.pk}".*?</article>', html, re.DOTALL)
    assert found is not None
    return " ".join(found[0].split())


def fetch(client: Client, file_id: str, query: str = "") -> Any:
    """The answer, read and closed. The connection of the test stays open, as with Django's own client."""
    answer: Any = client.get(f"/panel/live/files/{file_id}/{query}")
    answer.read = answer.getvalue()
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)
    return answer


@pytest.mark.parametrize("action", ["send", "preview"])
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "a\0b"}, "Leave the character U+0000 out."),
        ({"text": "<b>a\0b</b>", "format": "html"}, "Leave the character U+0000 out."),
        ({"text": "a", "format": "rtf"}, "A text is written as plain, markdown, html."),
        ({"text": "a", "attachments": "a\0b"}, "No such file"),
        ({"text": "a", "reply_to": "a\0b"}, "This is no message between the account and the contact"),
    ],
)
def test_a_form_that_no_browser_sends_is_refused(
    client: Client, thread: Thread, action: str, fields: dict[str, str], said: str
) -> None:
    headers = {"Accept": "application/json"} if action == "send" else {}
    ids = {"member": client.session["_auth_user_id"], "workspace": str(thread.workspace.pk)}
    answer = client.post(page_of(thread), {"action": action, **ids, **fields}, headers=headers)
    assert answer.status_code == 200
    if action == "send":
        assert answer.json()["state"] == "refused"
        assert any(each.startswith(said) for each in answer.json()["errors"].values())
    assert not Message.unscoped.filter(direction="out").exists()


# --- Files ------------------------------------------------------------------------------------------------------------
def test_pictures_keep_their_room_and_open_large(client: Client, thread: Thread) -> None:
    message = add_media(thread, [("photo", "drip.jpg", picture(1280, 640))], text="It drips")
    file = message.attachments.get().file
    shown = bubble_of(client, message)
    assert f'<a href="/panel/live/files/{file.pk}/" data-view' in shown
    assert 'width="288" height="144" alt="drip.jpg" loading="lazy"' in shown
    assert f'data-download="/panel/live/files/{file.pk}/?download=1"' in shown
    assert ">It drips<" in shown
    content = fetch(client, file.pk)
    assert content.read == picture(1280, 640)
    assert (content["Content-Type"], content["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert content["Cache-Control"] == "private, no-cache"
    saved = fetch(client, file.pk, "?download=1")
    assert saved["Content-Disposition"].startswith('attachment; filename="drip.jpg"')


def test_an_album_is_one_bubble_whose_pictures_are_in_their_order(client: Client, thread: Thread) -> None:
    names = ["one.jpg", "two.jpg", "three.jpg"]
    message = add_media(thread, [("photo", name, picture(300, 200)) for name in names])
    shown = bubble_of(client, message)
    assert "is-album" in shown and re.findall(r'alt="([^"]*)"', shown) == names
    assert "3 photos" in client.get(INBOX).content.decode()


def test_a_part_that_was_deleted_alone_says_so(client: Client, thread: Thread) -> None:
    message = add_media(thread, [("photo", f"{number}.jpg", picture(300, 200)) for number in range(2)])
    Attachment.unscoped.filter(message=message, position=1).update(deleted_at=clock.now())
    shown = bubble_of(client, message)
    kept, deleted = shown.split('<div class="cs-deleted-part">')
    assert "0.jpg" in kept and "1.jpg" in deleted and 'title="Deleted ' in deleted
    assert "is-deleted" not in shown and 'data-may="quote react"' in shown
    Message.unscoped.filter(pk=message.pk).update(deleted_at=clock.now())
    whole = bubble_of(client, message)
    assert "is-deleted" in whole and "cs-deleted-part" not in whole


def test_a_file_that_was_deleted_alone_says_so(client: Client, thread: Thread) -> None:
    message = add_media(thread, [("document", f"{number}.pdf", b"%PDF-1.4") for number in range(2)])
    Attachment.unscoped.filter(message=message, position=0).update(deleted_at=clock.now())
    shown = bubble_of(client, message)
    assert shown.count('class="cs-deleted"') == 1
    assert shown.index("0.pdf") < shown.index('class="cs-deleted"') < shown.index("1.pdf")


def test_a_voice_message_has_a_player_with_its_waveform(client: Client, thread: Thread) -> None:
    message = add_media(thread, [("voice", "voice.ogg", voice(12))])
    file = message.attachments.get().file
    shown = bubble_of(client, message)
    assert f'<audio src="/panel/live/files/{file.pk}/" controls preload="none">' in shown
    assert 'aria-label="Play voice message, 0:12"' in shown
    assert f'<path d="{wave_path(file.waveform)}"/>' in shown
    assert "Voice message 0:12" in client.get(INBOX).content.decode()


@pytest.mark.parametrize(
    ("state", "size", "said"),
    [
        ("on_demand", 36_700_160, "Load (35.0 MB)"),
        ("too_large", 3_670_016, "too large to be fetched"),
        ("gone", 0, "It is gone: Telegram does not have it any more."),
    ],
)
def test_a_file_that_is_not_here_says_why(client: Client, thread: Thread, state: str, size: int, said: str) -> None:
    message = add_media(thread, [("document", "plan.pdf", b"%PDF-1.4")])
    File.unscoped.filter(attachments__message=message).update(state=state, size=size)
    shown = bubble_of(client, message)
    assert said in shown and "<bdi>plan.pdf</bdi>" in shown
    assert "download=1" not in shown


def test_a_file_that_destroys_itself_says_so(client: Client, thread: Thread) -> None:
    message = add_media(thread, [("photo", "photo.jpg", picture(30, 20))])
    File.unscoped.filter(attachments__message=message).update(state="gone")
    Message.unscoped.filter(pk=message.pk).update(media_text="it destroys itself, and can be opened on the phone only")
    shown = bubble_of(client, message)
    assert "It destroys itself, and can be opened on the phone only." in shown
    assert "It is gone" not in shown


def test_a_file_on_demand_is_asked_for_by_its_button(client: Client, thread: Thread) -> None:
    message = add_media(thread, [("document", "plan.pdf", b"%PDF-1.4")])
    file = message.attachments.get().file
    File.unscoped.filter(pk=file.pk).update(state="on_demand", storage_name="")
    ids = {"telegram_message_id": 1, "dc_id": 2, "media_id": 3, "access_hash": 4, "file_reference": b"5"}
    common = {"workspace": thread.workspace, "account": thread.account}
    TelegramDownload.unscoped.create(**common, file=file, **ids)
    client.post(page_of(thread), {"action": "load", "file": file.pk})
    assert TelegramDownload.unscoped.get(file=file).wanted_at == clock.now()
    assert "is being loaded…" in bubble_of(client, message)


def test_files_of_another_workspace_do_not_exist(thread: Thread, tenants: Tenants) -> None:
    message = add_media(thread, [("photo", "drip.jpg", picture(300, 200))])
    stranger = browser(tenants.stranger)
    for address in ("", "thumbnail"):
        page = f"/panel/live/files/{message.attachments.get().file_id}/{address}"
        assert stranger.get(page).status_code == 404
        assert Client().get(page).status_code == 302
    assert stranger.post(page_of(thread), {"action": "load", "file": "fil_1"}).status_code == 404


def test_what_is_no_known_medium_is_saved_and_never_shown(client: Client, thread: Thread) -> None:
    message = add_media(thread, [("document", "page.html", b"<html><script>alert(1)</script>")])
    answer = fetch(client, message.attachments.get().file_id)
    assert answer["Content-Disposition"].startswith('attachment; filename="page.html"')
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(("kind", "said"), [("location", "Place"), ("poll", "Poll"), ("service", "Notice of Telegram")])
def test_what_only_telegram_shows_is_named(client: Client, thread: Thread, kind: str, said: str) -> None:
    shown = bubble_of(client, say(thread, "", kind=kind))
    assert f'<span class="cs-named" dir="auto">{said}</span>' in shown


def test_durations_and_waveforms() -> None:
    assert [duration_text(each) for each in (None, 0, 5, 65, 3605)] == ["", "", "0:05", "1:05", "1:00:05"]
    assert wave_path(b"") == ""
    path = wave_path(bytes([0, 31] * 50))
    assert path.count("M") == 40 and path.startswith("M1 1v24M5 1v24")


# --- Texts ------------------------------------------------------------------------------------------------------------
LINK = '<a class="cs-link" href="{0}" target="_blank" rel="noopener noreferrer nofollow">{1}</a>'


def test_formatted_text_is_shown_with_safe_links_and_spoilers() -> None:
    text = "Bold <b> see https://example.com/?a=1 or here, secret"
    entities = [
        Entity(EntityKind.BOLD, 0, 4),
        Entity(EntityKind.LINK, 41, 4, url='https://example.com/"x'),
        Entity(EntityKind.LINK, 41, 4, url="https://example.com/x?a=1&b"),
        Entity(EntityKind.SPOILER, 47, 6),
    ]
    address = "https://example.com/?a=1"
    assert html_of(text, entities) == (
        f"<b>Bold</b> &lt;b&gt; see {LINK.format(address, address)} or "
        f"{LINK.format('https://example.com/x?a=1&amp;b', 'here')}, "
        '<label class="cs-spoiler"><input type="checkbox" aria-label="Show the hidden text"><span>secret</span></label>'
    )


def test_addresses_in_code_and_in_links_are_no_links_of_their_own() -> None:
    code = html_of("https://a.example/", [Entity(EntityKind.CODE, 0, 18)])
    assert code == "<code>https://a.example/</code>"
    link = html_of("https://a.example/", [Entity(EntityKind.LINK, 0, 18, url="https://b.example/")])
    assert link == LINK.format("https://b.example/", "https://a.example/")


@pytest.mark.parametrize(
    ("text", "entities", "source"),
    [
        ("2 * 3 {x}", [], ("2 * 3 {{x}}", "plain")),
        ("so *bold* it is", [(EntityKind.BOLD, 10, 2)], (r"so \*bold\* **it** is", "markdown")),
        ("a bold end", [(EntityKind.BOLD, 2, 5)], ("a <b>bold </b>end", "html")),
    ],
)
def test_a_message_is_changed_as_markdown_or_else_html(
    thread: Thread, text: str, entities: list[Any], source: tuple[str, str]
) -> None:
    message = say(thread, text, is_out=True, entities=to_json(Entity(*each) for each in entities))
    assert source_of(message) == source


def test_plain_text_becomes_markdown_that_means_the_same() -> None:
    assert as_markdown("snake_case *x* _y_ ~~z~~ [a](b) [c]") == r"snake_case \*x\* \_y\_ \~\~z\~\~ \[a](b) [c]"


# --- What happened to a message ---------------------------------------------------------------------------------------
def test_the_quoted_message_stands_above_and_leads_to_it(client: Client, thread: Thread) -> None:
    photo = add_media(thread, [("photo", "drip.jpg", picture(300, 200))])
    quoted = say(thread, "We open at eight on Thursday")
    assert '<b dir="auto">Alice</b>' in bubble_of(client, say(thread, "Yes", is_out=True, reply_to=quoted))
    part = bubble_of(client, say(thread, "Fine", is_out=True, reply_to=quoted, quote="at eight"))
    assert f'href="?message={quoted.pk}#m-{quoted.pk}" data-jump' in part and ">at eight<" in part
    assert "Photo</span></a>" in bubble_of(client, say(thread, "Oh", is_out=True, reply_to=photo))


def test_receipts_edits_and_deletions_are_marked(client: Client, thread: Thread) -> None:
    sent = bubble_of(client, say(thread, "Sent", is_out=True))
    assert 'title="Sent"' in sent and "#check" in sent and "#check-check" not in sent
    read = bubble_of(client, say(thread, "Read", is_out=True, read_at=clock.now()))
    assert 'title="Read 4 Jun 2030 12:00 UTC"' in read and "#check-check" in read
    assert ">edited</span>" in bubble_of(client, say(thread, "New", edited_at=clock.now()))
    deleted = bubble_of(client, say(thread, "Away", is_out=True, deleted_at=clock.now()))
    assert ">deleted</span>" in deleted and "is-deleted" in deleted and "data-may" not in deleted


def test_reactions_stand_below_and_ours_is_pressed(client: Client, thread: Thread, tenants: Tenants) -> None:
    both = [{"emoji": "👍", "by": "contact"}, {"emoji": "👍", "by": "account"}, {"emoji": "😢", "by": "contact"}]
    message = say(thread, "Hello", reactions=both)
    shown = bubble_of(client, message)
    assert re.findall(r'data-react="(.)" aria-pressed="(\w+)"', shown) == [("👍", "true"), ("😢", "false")]
    assert "by Alice by us" in shown
    assert "<button" not in bubble_of(browser(tenants.member(Role.VIEWER)), message)


def test_each_message_says_who_wrote_it(client: Client, thread: Thread, tenants: Tenants) -> None:
    agent = tenants.member(Role.AGENT)
    member = Author("member", str(agent.pk), "Ben <b>")
    mine = say(thread, "By hand", is_out=True, **columns_of(member))
    say(thread, "From before keys were named", is_out=True, author_kind="key")
    by_key = say(thread, "By a key", is_out=True, **columns_of(Author("key", "key_1", "Shop")))
    sequence = say(thread, "By a sequence", is_out=True, source="sequence")
    assert 'aria-label="Ben &lt;b&gt;"' in bubble_of(client, mine)
    html = client.get(page_of(thread)).content.decode()
    who = re.findall(r'<p class="cs-who"><b dir="auto">(.*?)</b>(.*?)</p>', html)
    account = str(thread.account)
    who.pop()  # of the template for what is not sent yet
    assert who[-4:] == [("Ben &lt;b&gt;", ""), (account, " · API"), ("Shop", " · API"), (account, " · Sequence")]
    assert 'aria-label="Shop"' in bubble_of(client, by_key)
    assert str(thread.account) in bubble_of(client, sequence)


def test_what_may_be_done_depends_on_the_message(client: Client, thread: Thread, tenants: Tenants) -> None:
    theirs, ours = say(thread, "Hello"), say(thread, "Hi", is_out=True)
    assert 'data-may="quote react"' in bubble_of(client, theirs)
    assert 'data-may="quote react edit delete"' in bubble_of(client, ours)
    assert "data-may" not in bubble_of(browser(tenants.member(Role.VIEWER)), ours)


def test_files_take_no_more_queries(client: Client, thread: Thread, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        photo = add_media(thread, [("photo", f"{number}-{each}.jpg", picture(60, 40)) for each in range(3)])
        say(thread, "Yes", is_out=True, reply_to=photo)
    with django_assert_max_num_queries(47):
        client.get(page_of(thread))


# --- In lists ---------------------------------------------------------------------------------------------------------
MESSAGES = "/panel/live/messaging/message/"


def small_files(html: str) -> list[str]:
    """Each file that stands in a line of a list: the address of its picture, and its words."""
    files = re.findall(r'<a href="[^"]*#m-[^"]*">((?:<img|<svg).*?)</a>', html)
    return [" ".join([*re.findall(r'src="([^"]*)"', each), re.sub(r"<[^>]*>", "", each)]).strip() for each in files]


def person_page(thread: Thread) -> str:
    return f"/panel/live/contacts/{thread.contact_id}/"


def test_lists_show_files_small(client: Client, thread: Thread) -> None:
    photo = add_media(thread, [("photo", "drip.jpg", picture(300, 200))], text="It drips")
    add_media(thread, [("voice", "voice.ogg", voice(12))])
    add_media(thread, [("document", "plan.pdf", b"%PDF-1.4")])
    File.unscoped.filter(name="drip.jpg").update(thumbnail_name="thumbnails/drip")
    thumbnail = f"/panel/live/files/{photo.attachments.get().file_id}/thumbnail"
    for page in (MESSAGES, person_page(thread)):
        html = client.get(page).content.decode()
        assert sorted(small_files(html)) == [thumbnail, "Voice message 0:12", "plan.pdf 8\xa0bytes"]
        assert f'href="{page_of(thread)}?message={photo.pk}#m-{photo.pk}"' in html
        assert 'width="40" height="40" alt="drip.jpg" loading="lazy"' in html
        assert "It drips" in html


def test_a_long_album_shows_how_many_more_there_are(client: Client, thread: Thread) -> None:
    add_media(thread, [("photo", f"{number}.jpg", picture(30, 20)) for number in range(6)])
    for page in (MESSAGES, person_page(thread)):
        html = client.get(page).content.decode()
        assert len(small_files(html)) == 4
        assert '<span class="cs-muted">+2</span>' in html


def test_files_take_no_more_queries_in_lists(client: Client, thread: Thread) -> None:
    def queries(page: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    add_media(thread, [("photo", "one.jpg", picture(30, 20))])
    pages = (MESSAGES, person_page(thread))
    before = [queries(page) for page in pages]
    for number in range(8):
        at = clock.now() - timedelta(days=number)
        add_media(thread, [("photo", f"{number}-{each}.jpg", picture(30, 20)) for each in range(3)], created_at=at)
    assert [queries(page) for page in pages] == before


# --- Uploads ----------------------------------------------------------------------------------------------------------
def send_file(client: Client, thread: Thread, tenants: Tenants, content: bytes, name: str, **query: Any) -> Any:
    session = {"member": tenants.owner.pk, "workspace": thread.workspace_id, **query}
    address = "/panel/live/files/?" + "&".join(f"{key}={value}" for key, value in session.items())
    headers = {"Accept": "application/json", "X-File-Name": name}
    return client.post(address, content, content_type="application/octet-stream", headers=headers)


def test_a_file_is_uploaded_for_the_composer(client: Client, thread: Thread, tenants: Tenants) -> None:
    answer = send_file(client, thread, tenants, picture(300, 200), "sm%C3%B8rrebr%C3%B8d.jpg")
    file = File.unscoped.get()
    assert answer.status_code == 201
    described = answer.json()
    assert (described["id"], described["name"], described["kind"]) == (file.pk, "smørrebrød.jpg", "photo")
    assert described["size"] == len(picture(300, 200)) and file.workspace_id == thread.workspace_id


def test_an_upload_that_is_refused_says_why(client: Client, thread: Thread, tenants: Tenants, settings: Any) -> None:
    settings.FILES_QUOTA = 4
    answer = send_file(client, thread, tenants, b"12345", "five.txt")
    said = "The files of this workspace may take 0 MiB and take 0 MiB."
    assert (answer.status_code, answer.json()) == (409, {"code": "file_quota_exceeded", "error": said})
    elsewhere = send_file(client, thread, tenants, b"x", "x.txt", workspace=tenants.other.pk)
    assert (elsewhere.status_code, elsewhere.json()) == (409, {"state": "elsewhere"})
    viewer = tenants.member(Role.VIEWER)
    assert send_file(browser(viewer), thread, tenants, b"x", "x.txt", member=viewer.pk).status_code == 403
    assert not File.unscoped.exists()
