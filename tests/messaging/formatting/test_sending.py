"""Formatted texts from the API to what is sent: messages, templates, steps and broadcasts, through the sandbox."""

from typing import Any

import pytest

from contacts.models import Contact
from contacts.services import upsert_contact
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.configuration import apply_configuration
from messaging.formatting.entities import Entity, EntityKind
from messaging.models import Account, Message, Template
from messaging.sending import dispatch
from messaging.sending.message_text import MAX_CAPTION_UNITS, MAX_UTF16_UNITS, check_template, render_for
from messaging.threads.services import answering
from sequences import services as sequences
from sequences.definition import read_definition
from tests.messaging.broadcasts.helpers import start, work
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import ScriptedGateway, counts, events
from tests.sequences.helpers import work as finish_sequences
from tests.tenants import Api, Tenants

PATH = "/v1/messages/send"
HOSTILE = "**x** <b>y</b> [z](https://evil.example) {{a}} `c`"
BOLD = {"kind": "bold", "offset": 3, "length": 4}


def body(account: Account, text: str, **fields: Any) -> dict[str, Any]:
    return {"account_id": account.pk, "to": "@alice", "text": text} | fields


def actor(account: Account) -> Actor:
    return Actor.command(account.workspace, "tests")


# --- One message ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("format", "text"), [("markdown", "Hi **{first_name}**"), ("html", "Hi <b>{first_name}</b>")])
def test_message_is_stored_as_written_and_rendered_once(
    api: Api, tenants: Tenants, sandbox: Account, format: str, text: str
) -> None:
    upsert_contact(actor(sandbox), {"username": "alice", "name": "Anna Lee"})
    client = api(tenants.key())
    sent = client.post(PATH, body(sandbox, text, format=format))
    assert sent.status_code == 200
    address = f"/v1/messages/{sent.json()['id']}"
    queued = client.get(address).json()
    assert (queued["text"], queued["html"]) == (text, "Hi <b>{first_name}</b>")
    dispatch.dispatch()
    shown = client.get(address).json()
    assert (shown["status"], shown["text"], shown["html"]) == ("sent", "Hi Anna", "Hi <b>Anna</b>")
    [event] = events("message.sent")
    assert event["data"]["message"] == shown
    message = Message.unscoped.get()
    assert (message.format, message.entities, message.rendered) == (format, [BOLD], True)


def test_gateway_gets_the_entities_and_the_preview_of_links(
    api: Api, tenants: Tenants, monkeypatch: pytest.MonkeyPatch, sandbox: Account
) -> None:
    gateway = ScriptedGateway()
    gateway.install(monkeypatch)
    client = api(tenants.key())
    client.post(PATH, body(sandbox, "Hi **all**", format="markdown", link_preview=False))
    client.post(PATH, body(sandbox, "Hi **all**"))
    dispatch.dispatch()
    dispatch.dispatch()
    assert [(each.text, each.entities, each.link_preview) for each in gateway.requests] == [
        ("Hi all", (Entity(EntityKind.BOLD, 3, 3),), False),
        ("Hi **all**", (), True),
    ]


def test_plain_text_is_never_read_as_markup(api: Api, tenants: Tenants, sandbox: Account) -> None:
    text = "**a** <b>b</b> [c](https://a.example) &amp; snake_case"
    client = api(tenants.key())
    message_id = client.post(PATH, body(sandbox, text)).json()["id"]
    dispatch.dispatch()
    shown = client.get(f"/v1/messages/{message_id}").json()
    assert (shown["text"], shown["html"], Message.unscoped.get().entities) == (text, None, [])


@pytest.mark.parametrize("format", ["markdown", "html", "plain"])
def test_no_value_of_a_contact_is_markup(api: Api, tenants: Tenants, sandbox: Account, format: str) -> None:
    upsert_contact(actor(sandbox), {"username": "alice", "name": HOSTILE})
    client = api(tenants.key())
    message_id = client.post(PATH, body(sandbox, "Hi {name}, {email|<i>x</i> *y*}", format=format)).json()["id"]
    dispatch.dispatch()
    shown = client.get(f"/v1/messages/{message_id}").json()
    assert (shown["text"], shown["html"]) == (f"Hi {HOSTILE}, <i>x</i> *y*", None)


def test_value_in_an_address_stays_in_its_place(api: Api, tenants: Tenants, sandbox: Account) -> None:
    upsert_contact(actor(sandbox), {"username": "alice", "name": "//evil.example/?#@"})
    client = api(tenants.key())
    text = "[Your page](https://shop.example/u/{name}?ref=crm)"
    client.post(PATH, body(sandbox, text, format="markdown"))
    dispatch.dispatch()
    [link] = Message.unscoped.get().entities
    assert link["url"] == "https://shop.example/u/%2F%2Fevil.example%2F%3F%23%40?ref=crm"


@pytest.mark.parametrize(
    ("fields", "field", "code", "detail"),
    [
        (
            {"text": "Hi **{name}", "format": "markdown"},
            "text",
            "markup_syntax",
            "unclosed ** at character 4; close it, or write \\* for the character",
        ),
        (
            {"text": "<b>Hi<i> you</b></i>", "format": "html"},
            "text",
            "markup_syntax",
            "crossed markup: </b> closes at character 13; close <i> first",
        ),
        (
            {"text": "Hi <img src=x>", "format": "html"},
            "text",
            "markup_syntax",
            "unknown tag <img> at character 4; there are b, i, u, s, a, code, pre, blockquote, tg-spoiler;"
            " write &lt; for the character <",
        ),
        ({"text": "Hi", "format": "rtf"}, "format", "invalid_choice", "give one of: plain, markdown, html"),
        (
            {"text": "<b> </b>", "format": "html"},
            "text",
            "length",
            f"a text has 1 to {MAX_UTF16_UNITS} UTF-16 units and is not blank; without one, give attachments",
        ),
        (
            {"text": "**a** " * 101, "format": "markdown"},
            "text",
            "markup_syntax",
            "more than 100 formatted passages at character 601; a message may have no more",
        ),
        (
            {"text": f"**{'`a` ' * 60}b**", "format": "markdown"},
            "text",
            "too_many_entities",
            "a text has at most 100 formatted passages",
        ),
        (
            {"text": "[a](https://a.example/{nobody})", "format": "markdown"},
            "text",
            "unknown_variable",
            "there is no contact field for {nobody}; known are: {email}, {first_name}, {last_name}, {name}, {username};"
            " {{ and }} are braces",
        ),
    ],
)
def test_refusal_names_the_position_and_queues_nothing(
    api: Api, tenants: Tenants, sandbox: Account, fields: dict[str, Any], field: str, code: str, detail: str
) -> None:
    before = counts()
    answer = api(tenants.key()).post(PATH, body(sandbox, "") | fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert error["detail"] == detail
    assert counts() == before


def test_length_counts_without_the_markup(sandbox: Account) -> None:
    workspace = sandbox.workspace
    most = "😀" * (MAX_UTF16_UNITS // 2)
    assert check_template(workspace, f"<b>{most}</b>", "html") == f"<b>{most}</b>"
    assert render_for(Contact(), f"**{most}**", "markdown").text == most
    for text, caption in ((f"<b>{most}x</b>", False), (f"<b>{'x' * MAX_CAPTION_UNITS}x</b>", True)):
        with pytest.raises(DomainError) as refused:
            check_template(workspace, text, "html", caption=caption)
        assert [error.code for error in refused.value.errors] == ["length"]
    assert check_template(workspace, f"<i>{'x' * MAX_CAPTION_UNITS}</i>", "html", caption=True)
    with pytest.raises(ValueError, match="the rendered text must have 1 to 4096 UTF-16 units"):
        render_for(Contact(name="x"), f"**{{name}}{most}**", "markdown")
    with pytest.raises(ValueError, match="the rendered text must have 1 to 4096 UTF-16 units"):
        render_for(Contact(), "**{name| }**", "markdown")


def test_failed_message_is_sent_again_with_its_formatting(
    api: Api, tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    text = "Hi **{first_name}**"
    client = api(tenants.key())
    message_id = client.post(PATH, body(sandbox, text, format="markdown", link_preview=False)).json()["id"]
    dispatch.dispatch()
    assert Message.unscoped.get().error.startswith("template_unresolved")
    upsert_contact(actor(sandbox), {"username": "alice", "name": "Anna"})
    again = answering.retry_message(tenants.actor(), message_id)
    assert (again.text, again.format, again.link_preview) == (text, "markdown", False)
    frozen_time.forward(seconds=60)
    dispatch.dispatch()
    again.refresh_from_db()
    assert (again.status, again.text, again.entities) == ("sent", "Hi Anna", [BOLD])


def test_member_who_sends_the_same_again_gets_the_first_message(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    agent = tenants.actor()
    wanted: dict[str, Any] = {"account_id": sandbox.pk, "to": "@alice", "message_id": "msg_01M8Q822BS71Z8HTWBQ5K1H70G"}
    first = answering.begin(agent, text="Hi **you**", format="markdown", **wanted)
    assert answering.begin(agent, text="Hi **you**", format="markdown", **wanted).pk == first.pk
    dispatch.dispatch()
    assert answering.begin(agent, text="Hi **you**", format="markdown", **wanted).pk == first.pk
    for text, format in (("Hi you", "plain"), ("Hi you", "markdown"), ("Hi *you*", "markdown")):
        with pytest.raises(answering.WrittenBefore):
            answering.begin(agent, text=text, format=format, **wanted)
    assert Message.unscoped.count() == 1


def test_sandbox_answers_with_the_formatting_it_was_sent(api: Api, tenants: Tenants, sandbox: Account) -> None:
    client = api(tenants.key())
    client.post(PATH, body(sandbox, "😀 **you**", to="@reply_anna", format="markdown"))
    dispatch.dispatch()
    received = Message.unscoped.get(direction="in")
    assert (received.text, received.entities) == ("You said: 😀 you", [{"kind": "bold", "offset": 13, "length": 3}])
    [event] = events("message.received")
    assert event["data"]["message"]["html"] == "You said: 😀 <b>you</b>"


# --- Templates, steps and broadcasts ----------------------------------------------------------------------------------
def test_configuration_keeps_the_format_of_templates(tenants: Tenants) -> None:
    items = [{"name": "A", "text": "<b>a</b>", "format": "html"}, {"name": "B", "text": "<b>"}]
    apply_configuration(tenants.actor(), {"templates": items})
    assert list(Template.unscoped.order_by("name").values_list("name", "format")) == [("A", "html"), ("B", "plain")]
    with pytest.raises(DomainError) as refused:
        apply_configuration(tenants.actor(), {"templates": [{"name": "B", "text": "<b>", "format": "html"}]})
    [error] = refused.value.errors
    assert (error.code, error.detail) == ("markup_syntax", "unclosed <b> at character 1; close it with </b>")
    assert Template.unscoped.get(name="B").format == "plain"


def test_step_sends_its_formatted_text(sandbox: Account) -> None:
    by = actor(sandbox)
    alice = upsert_contact(by, {"username": "alice", "name": HOSTILE}).contact
    step = {"id": "hello", "text": "Hi **{name}**", "format": "markdown"}
    data = {"name": "Welcome", "account_ids": [sandbox.pk], "steps": [step]}
    sequence = sequences.create_sequence(by, read_definition(sandbox.workspace, data))
    sequences.start_sequence(by, sequence.pk)
    sequences.enroll_contact(by, sequence.pk, contact_id=alice.pk)
    finish_sequences()
    message = Message.unscoped.get()
    assert (message.status, message.source, message.text) == ("sent", "sequence", f"Hi {HOSTILE}")
    assert message.entities == [{"kind": "bold", "offset": 3, "length": len(HOSTILE)}]


def test_broadcast_sends_its_formatted_text(sandbox: Account) -> None:
    for name in ("Ann", "Bob"):
        upsert_contact(actor(sandbox), {"username": f"{name}_smith", "name": name, "tags": ["vip"]})
    work(start(sandbox, text="Hi <b>{name}</b>", format="html"))
    sent = Message.unscoped.order_by("text").values_list("status", "text", "entities")
    bold = {**BOLD, "length": 3}
    assert list(sent) == [("sent", "Hi Ann", [bold]), ("sent", "Hi Bob", [bold])]
