"""What members have begun to write: kept once for each member and conversation, on all devices, until it is sent."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import new_id
from crmsolid.workspaces import purging, services
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role, User, Workspace
from messaging import erasure
from messaging.files import retention
from messaging.models import Account, File, Message, Thread, ThreadDraft
from messaging.threads import drafts
from messaging.threads.drafts import Content, Kept
from messaging.threads.services import actions, answering
from tests.messaging.conftest import FrozenTime
from tests.messaging.files.helpers import picture, upload
from tests.messaging.test_crossing import actor_of, hear, page_of
from tests.panel import browser
from tests.tenants import Tenants
from tests.threads import run_together

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(sandbox: Account) -> Thread:
    found: Thread = Thread.unscoped.get(pk=hear(sandbox, "Hello").thread_id)
    return found


@pytest.fixture
def me(tenants: Tenants) -> Actor:
    return actor_of(tenants, tenants.owner)


def keep(
    actor: Actor, thread: Thread, text: str, revision: str = "desk:1", base: str = "", message_id: str = "", **more: Any
) -> Kept:
    content, message_id = Content(text=text, **more), message_id or new_id("msg")
    return drafts.keep(actor, thread.pk, message_id=message_id, content=content, revision=revision, base=base)


def texts() -> list[str]:
    return [each.content["text"] for each in ThreadDraft.unscoped.exclude(content={}).order_by("pk")]


def test_text_is_kept_for_its_member_alone(tenants: Tenants, me: Actor, thread: Thread) -> None:
    colleague = actor_of(tenants, tenants.member(Role.AGENT))
    keep(me, thread, "Mine")
    keep(me, thread, "Mine, longer", "desk:2")
    keep(colleague, thread, "Theirs")
    found = drafts.of_thread(me, thread.pk)
    assert found is not None
    assert (Content.of(found).text, found.revision) == ("Mine, longer", "desk:2")
    assert texts() == ["Mine, longer", "Theirs"]


def test_text_that_was_written_elsewhere_is_not_overwritten(me: Actor, thread: Thread) -> None:
    keep(me, thread, "On the phone", "phone:2")
    for base in ("", "phone:1", "phone:3", "desk:2"):
        for text in ("At the desk", " \n"):
            result = keep(me, thread, text, "desk:9", base)
            assert result.state == "conflict"
            assert result.draft is not None
            assert (result.draft.revision, Content.of(result.draft).text) == ("phone:2", "On the phone")
    assert texts() == ["On the phone"]
    assert keep(me, thread, "At the desk, too", "desk:9", "phone:2").state == "kept"
    assert texts() == ["At the desk, too"]


@pytest.mark.parametrize("newer", ["Mine, longer", " \n"])
def test_of_texts_of_one_browser_the_newest_stays_in_whatever_order_they_arrive(
    me: Actor, thread: Thread, newer: str
) -> None:
    keep(me, thread, "Mine", "desk:9")
    keep(me, thread, newer, "desk:10")
    for revision in ("desk:8", "desk:9", "desk:10"):
        late = keep(me, thread, "Late", revision, "desk:10")
        assert (late.state, late.draft and late.draft.revision) == ("kept", "desk:10")
    assert texts() == ([newer] if newer.strip() else [])
    # Nor does another browser's text come in place of it that had seen an older one.
    assert keep(me, thread, "On the phone", "phone:99", "desk:9").state == "conflict"


@pytest.mark.parametrize(
    "revision", ["", "1", "desk:", ":1", "desk:x", "desk:1:2", "d" * 41 + ":1", "desk:" + "1" * 17]
)
def test_what_is_no_revision_is_refused(me: Actor, thread: Thread, revision: str) -> None:
    with pytest.raises(DomainError) as refused:
        keep(me, thread, "Mine", revision)
    assert [each.field for each in refused.value.errors] == ["revision"]
    assert not ThreadDraft.unscoped.exists()


def test_sending_deletes_the_draft_and_a_late_one_does_not_come_back(me: Actor, thread: Thread) -> None:
    message_id = new_id("msg")
    keep(me, thread, "Mine", message_id=message_id)
    answering.reply(me, thread.pk, text="Mine", message_id=message_id)
    assert not ThreadDraft.unscoped.exists()
    for revision in ("desk:1", "desk:2", "phone:1"):
        late = keep(me, thread, "Mine", revision, "desk:1", message_id)
        assert (late.state, late.message and late.message.pk) == ("sent", message_id)
    assert not ThreadDraft.unscoped.exists()
    # A newer text is another draft.
    keep(me, thread, "More", "desk:2", "desk:1")
    answering.reply(me, thread.pk, text="Mine", message_id=message_id)
    assert texts() == ["More"]


def test_refused_answer_leaves_the_draft(tenants: Tenants, me: Actor, thread: Thread) -> None:
    message_id = new_id("msg")
    keep(me, thread, "Mine", message_id=message_id)
    answering.reply(actor_of(tenants, tenants.member(Role.AGENT)), thread.pk, text="Hers")
    with pytest.raises(answering.AnsweredMeanwhile):
        answering.reply(me, thread.pk, text="Mine", message_id=message_id, answer_seen="")
    assert texts() == ["Mine"]


@pytest.mark.django_db(transaction=True)
def test_of_an_answer_and_its_draft_at_the_same_moment_the_answer_stays(me: Actor, thread: Thread) -> None:
    for _ in range(5):
        message_id = new_id("msg")
        calls: list[Callable[[], Any]] = [
            partial(keep, me, thread, "Mine", message_id=message_id),
            partial(answering.reply, me, thread.pk, text="Mine", message_id=message_id),
        ]
        run_together(calls)
        assert Message.unscoped.filter(pk=message_id).exists()
        assert texts() == []


@pytest.mark.django_db(transaction=True)
def test_of_two_devices_that_write_at_the_same_moment_one_is_told(me: Actor, thread: Thread) -> None:
    results = run_together([lambda: keep(me, thread, "Desk"), lambda: keep(me, thread, "Phone", "phone:1")])
    assert sorted(each.state for each in results) == ["conflict", "kept"]
    [stored] = texts()
    assert {each.draft.content["text"] for each in results if each.draft} == {stored}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "x" * 4097}, "text"),
        ({"text": "x", "quote": "x" * 4097}, "quote"),
        ({"text": "x", "reply_to": "x" * 41}, "reply_to"),
        ({"text": "x", "attachments": ["fil_x"] * 11}, "attachments"),
    ],
)
def test_what_is_too_long_for_a_message_is_refused(
    me: Actor, thread: Thread, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        keep(me, thread, **fields)
    assert [each.field for each in refused.value.errors] == [field]
    assert texts() == []
    keep(me, thread, "x" * 4095 + "\0")
    assert texts() == ["x" * 4095]


def test_only_members_who_may_write_keep_drafts(tenants: Tenants, thread: Thread) -> None:
    viewer = actor_of(tenants, tenants.member(Role.VIEWER))
    for actor, code in ((viewer, "scope_missing"), (Actor.system(tenants.workspace), "forbidden")):
        with pytest.raises(DomainError) as refused:
            keep(actor, thread, "x")
        assert refused.value.code == code
    assert drafts.of_threads(viewer, [thread.pk]) == {}
    assert texts() == []


def test_no_draft_in_a_conversation_of_another_workspace(tenants: Tenants, me: Actor, thread: Thread) -> None:
    keep(me, thread, "Mine")
    for workspace in (tenants.other, tenants.twin):
        stranger = tenants.stranger if workspace == tenants.other else tenants.owner
        member = Membership.unscoped.get(user=stranger, workspace=workspace.owner_workspace)
        actor = Actor.member(member, workspace)
        with pytest.raises(DomainError) as refused:
            keep(actor, thread, "Theirs")
        assert refused.value.code == "not_found"
        assert drafts.of_threads(actor, [thread.pk]) == {}
    assert texts() == ["Mine"]


def test_drafts_of_a_removed_member_go(tenants: Tenants, me: Actor, thread: Thread) -> None:
    users = [tenants.member(Role.AGENT), tenants.member(Role.AGENT)]
    for user in users:
        keep(actor_of(tenants, user), thread, user.email)
        in_twin = Actor.member(Membership.unscoped.get(user=user), tenants.twin)
        keep(in_twin, _thread_in(tenants.twin, tenants), user.email)
    keep(me, thread, "Mine")
    removed, changed = (Membership.unscoped.get(user=user) for user in users)
    services.remove_member(me, removed.pk)
    services.set_role(me, changed.pk, Role.VIEWER)
    assert texts() == ["Mine"]


def _thread_in(workspace: Workspace, tenants: Tenants) -> Thread:
    found: Thread = Thread.unscoped.get(pk=hear(tenants.sandbox(workspace), "Hello").thread_id)
    return found


def test_erased_contact_leaves_no_draft_and_export_has_it(tenants: Tenants, me: Actor, thread: Thread) -> None:
    keep(me, thread, "For alice")
    keep(actor_of(tenants, tenants.member(Role.AGENT)), thread, "")
    contact = Contact.unscoped.get()
    exported = erasure.export(tenants.workspace.pk, contact.pk)["drafts"]
    assert [(each["user_id"], each["text"]) for each in exported] == [(tenants.owner.pk, "For alice")]
    erase_contact(me, contact.pk)
    assert texts() == []


def test_old_drafts_of_closed_conversations_are_purged(me: Actor, thread: Thread, frozen_time: FrozenTime) -> None:
    keep(me, thread, "Mine")
    frozen_time.forward(days=91)
    purging.purge()
    assert texts() == ["Mine"]
    actions.close_thread(me, thread.pk)
    frozen_time.forward(days=89)
    purging.purge()
    assert texts() == ["Mine"]
    frozen_time.forward(days=2)
    purging.purge()
    assert texts() == []


def test_files_of_a_draft_do_not_expire_while_it_lives(
    tenants: Tenants, me: Actor, thread: Thread, frozen_time: FrozenTime
) -> None:
    file = upload(tenants, picture(), "photo.jpg")
    theirs = upload(tenants, picture(), "photo.jpg", tenants.other)
    keep(me, thread, "See", attachments=[file.pk, theirs.pk, "fil_nothing"])
    assert ThreadDraft.unscoped.get().content["attachments"] == [file.pk]
    frozen_time.forward(days=2)
    retention.purge()
    assert list(File.unscoped.values_list("pk", flat=True)) == [file.pk]  # the other was never used
    keep(me, thread, "", "desk:2")
    retention.purge()
    frozen_time.forward(days=2)
    retention.purge()
    assert not File.unscoped.exists()


# --- The page ---------------------------------------------------------------------------------------------------------
def post(tenants: Tenants, user: User, thread: Thread, **fields: Any) -> Any:
    session = {"member": user.pk, "workspace": tenants.workspace.pk}
    body = {**session, "action": "keep", **fields}
    return browser(user).post(page_of(thread), body, headers={"Accept": "application/json"})


def test_page_keeps_and_shows_the_draft(tenants: Tenants, thread: Thread) -> None:
    first_id, second_id = new_id("msg"), new_id("msg")
    fields = {"text": "Mine", "format": "markdown", "send_at": "2030-01-01T10:00", "no_link_preview": "yes"}
    answer = post(tenants, tenants.owner, thread, message_id=first_id, revision="desk:1", **fields).json()
    part = {"part": "draft", "workspace": str(tenants.workspace.pk)}
    shown = browser(tenants.owner).get(page_of(thread), part).json()
    draft = shown["draft"]
    assert (draft["id"], draft["revision"], draft["files"]) == (first_id, "desk:1", [])
    assert answer == {"state": "kept", "draft": draft}
    assert {name: draft["fields"][name] for name in fields} == fields
    refused = post(tenants, tenants.owner, thread, message_id=second_id, revision="phone:1", text="Other").json()
    assert refused == {"state": "conflict", "draft": draft}
    other = tenants.member(Role.AGENT)
    nothing = browser(other).get(page_of(thread), part).json()
    assert nothing == {"draft": None}
    for wrong in ({"revision": "desk:2", "text": "x" * 5000}, {"text": "x"}):
        assert post(tenants, tenants.owner, thread, message_id=second_id, **wrong).status_code == 422
    answering.reply(actor_of(tenants, tenants.owner), thread.pk, text="Mine", message_id=first_id)
    sent = post(tenants, tenants.owner, thread, message_id=first_id, revision="desk:1", text="Mine").json()
    assert sent == {"state": "sent", "text": "Mine"}


def test_list_marks_the_members_own_drafts_with_one_query(tenants: Tenants, sandbox: Account, me: Actor) -> None:
    threads = [Thread.unscoped.get(pk=hear(sandbox, "Hello", telegram_id=n, name=f"No {n}").thread_id) for n in (5, 6)]
    client = browser(tenants.owner)
    keep(actor_of(tenants, tenants.member(Role.AGENT)), threads[1], "Hers")
    client.get("/panel/live/inbox/")

    def queries() -> tuple[str, int]:
        with CaptureQueriesContext(connections["default"]) as captured:
            html = client.get("/panel/live/inbox/").content.decode()
        return html, sum("messaging_threaddraft" in each["sql"] for each in captured.captured_queries)

    html, count = queries()
    assert ("Draft:" in html, count) == (False, 1)
    for thread in threads:
        keep(me, thread, f"For {thread.pk}")
    html, count = queries()
    assert [f"<b>Draft:</b> For {thread.pk}" in html for thread in threads] == [True, True]
    assert ("Hers" in html, count) == (False, 1)
    # Not of the conversation that is open: its text stands in the composer.
    assert f"<b>Draft:</b> For {threads[0].pk}" not in client.get(page_of(threads[0])).content.decode()
