"""A person who is known everywhere is erased, and nothing that says who they are is left."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contacts.erasing.finding import find, identity_of
from contacts.imports import reading
from contacts.imports import services as imports
from contacts.lookup import find_or_create
from contacts.models import ImportDraft, StageChange
from contacts.notes import add_note
from contacts.scoring.definition import Definition
from contacts.scoring.models import Trigger
from contacts.scoring.services import create_rule
from crmsolid.core.ids import new_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.positions import assign_positions
from crmsolid.jobs import runner
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership
from messaging.models import Account, Broadcast, PeerHash, Recipient, Thread
from messaging.sending import dispatch
from messaging.threads import drafts
from sequences.running import runner as sequence_runner
from tests.mcp import helpers as mcp
from tests.panel import browser, contact_form
from tests.sequences.helpers import create
from tests.tenants import Api, Tenants
from tests.webhooks.conftest import run_pump
from tests.webhooks.receiver import Receiver

USERNAME, EMAIL, PHONE, TELEGRAM_ID = "Reply_Zebra", "Sarah.Zebra@example.com", "+49 (30) 5550-1234", 7766554433
NAME, TEXT = "Särah Zebracourt", "my zebra secret"
IDENTITIES = ("@" + USERNAME, EMAIL, PHONE, str(TELEGRAM_ID), NAME, TEXT)
FILTER = {"any": [{"field": "email", "op": "is", "value": EMAIL}, {"field": "tag", "op": "is", "value": "vip"}]}
# Where the test must have found them before, so that it notices each part of the erasure that is missing.
KNOWN_IN = {
    "apikeys_idempotencyrecord.body",
    *(f"contacts_contact.{name}" for name in ("email", "email_key", "name", "phone", "search", "telegram_id")),
    *(f"contacts_contact.{name}" for name in ("username", "username_key")),
    *(f"contacts_contacttag.{name}" for name in ("folded", "name")),
    "contacts_contactnote.text",
    "contacts_importchunk.data",
    *(f"contacts_importdraft.{name}" for name in ("email_key", "state", "username_key")),
    *(f"contacts_importfailure.{name}" for name in ("cells", "email_key", "username_key")),
    "contacts_scoreentry.cause",
    "contacts_scoringrule.value",
    "contacts_segment.filter",
    "events_event.body",
    "messaging_broadcast.audience",
    "messaging_threaddraft.content",
    *(f"messaging_message.{name}" for name in ("recipient", "text")),
    *(f"messaging_peerhash.{name}" for name in ("peer_id", "username")),
    "sequences_sequenceversion.stop_on",
    "sequences_step.condition",
    "webhooks_attempt.answer_body",
    "workspaces_job.params",
}
EXPORTED = {
    *("audit_log", "broadcasts", "contact", "deliveries", "drafts", "enrollments", "events", "failed_imports"),
    *("messages", "named_in", "notes", "scores", "stages", "stored_answers", "telegram_addresses"),
}


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Echoes what it gets."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with Receiver({"/hook": lambda post: (200, {"X-Echo": post.headers["webhook-id"]}, post.body)}) as running:
        yield running


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def places(identity: str) -> set[str]:
    search = find(identity)
    assert search.unreadable == []
    return {f"{hit.table}.{hit.column}" for hit in search.found} | {Path(name).name for name in search.files}


@pytest.mark.django_db
def test_nothing_is_left_of_a_person_who_was_known_everywhere(
    tenants: Tenants,
    api: Api,
    receiver: Receiver,
    log: pytest.LogCaptureFixture,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "CHUNK_ROWS", 1)
    settings.DATA_DIR = tmp_path
    account, client = tenants.sandbox(daily_limit=1000), api(tenants.key())
    hook = {"url": receiver.url(), "events": ["contact.created", "message.sent", "message.received", "contact.tagged"]}
    assert client.post("/v1/webhooks", hook).status_code == 201
    contact_id = _make_known(tenants, client, account)
    known = {identity: places(identity) for identity in IDENTITIES}
    export = client.get(f"/v1/contacts/{contact_id}/data").json()
    assert set().union(*known.values()) == KNOWN_IN
    assert {name for name, value in export.items() if value} == EXPORTED

    assert client.delete(f"/v1/contacts/{contact_id}", idempotency_key="erase").status_code == 204

    # The rows of a file that a job works on go with the job, which passes over them.
    assert set().union(*map(places, IDENTITIES)) == {"contacts_importchunk.data"}
    while runner.run_due():
        pass
    dispatch.dispatch()
    assign_positions()
    run_pump()
    assert Recipient.unscoped.get(broadcast__name="Later").reason == "erased"
    assert set(StageChange.unscoped.values_list("contact", flat=True)) == {None}
    assert {identity: places(identity) for identity in IDENTITIES} == {each: set() for each in IDENTITIES}
    assert [vars(each) for each in log.records for text in IDENTITIES if identity_of(text).is_in(str(vars(each)))] == []
    assert client.get("/v1/segments").json()["data"][0]["count"] == 0


def _make_known(tenants: Tenants, client: Api, account: Account) -> str:
    """Use everything that the product has with one person; returns the id of the contact."""
    body = {"username": USERNAME, "email": EMAIL, "name": NAME, "tags": ["vip"]}
    contact_id = str(client.post("/v1/contacts", body).json()["id"])
    mcp.answer(str(client.token), "upsert_contact", **body, idempotency_key="mcp")
    with unit_of_work():
        find_or_create(tenants.workspace, username=USERNAME, telegram_id=TELEGRAM_ID)
    PeerHash.unscoped.create(
        workspace=tenants.workspace, account=account, peer_id=TELEGRAM_ID, access_hash=5, username=USERNAME
    )
    form = contact_form(phone=PHONE)
    page = f"/panel/live/contacts/{contact_id}/"
    assert browser(tenants.owner, tenants.workspace).post(page, form).status_code == 302
    # Segments, saved filters, stored answers about several people.
    segment = client.post("/v1/segments", {"name": "Sarah", "filter": FILTER}).json()["id"]
    assert client.post("/v1/segments/preview", {"filter": FILTER}).json()["count"] == 1
    # A broadcast and a sequence to them, whose messages are answered.
    audience = {"segment_id": segment}
    broadcast = {"name": "News", "text": "{name}, {email}", "account_ids": [account.pk], "audience": audience}
    assert client.post("/v1/broadcasts", {**broadcast, "preview": True}).json()["eligible"] == 1
    assert client.post("/v1/broadcasts", broadcast).status_code == 201
    later = Broadcast.unscoped.create(workspace=tenants.workspace, name="Later", text="x")
    Recipient.unscoped.create(workspace=tenants.workspace, broadcast=later, contact_id=contact_id)
    steps = [{"id": "hello", "text": "Hi {name}", "condition": FILTER}]
    sequence = create(account, steps=steps, stop_on=[f"tag:{EMAIL}"])
    preview = client.post(f"/v1/sequences/{sequence.pk}/preview", {"contact_id": contact_id})
    assert NAME in preview.content.decode()
    assert client.post(f"/v1/sequences/{sequence.pk}/enroll", {"contact_id": contact_id}).status_code == 201
    while runner.run_due():
        pass
    sequence_runner.run_due()
    client.post("/v1/messages/send", {"account_id": account.pk, "to": f"t.me/{USERNAME}", "text": TEXT})
    for _ in range(3):
        dispatch.dispatch()
    # Imports: a row that fails, a dry run that is over and one that is not.
    rows = f"username,email,name,stage\n{USERNAME},{EMAIL},{NAME},won\n{USERNAME},{EMAIL},{NAME},nowhere\n"
    assert client.post("/v1/contacts/import", rows.encode(), Content_Type="text/csv").status_code == 202
    while runner.run_due():
        pass
    _try_import(tenants, rows.replace("won", "lost"))
    while runner.run_due():
        pass
    _try_import(tenants, rows.replace("won", "lost"))
    while not ImportDraft.unscoped.exists():
        assert runner.run_due(seconds=0)
    client.post(f"/v1/segments/{segment}/tags", {"add": ["news"]})  # a job that has not begun
    thread = Thread.unscoped.filter(contact=contact_id).order_by("pk")[0]
    member = Actor.member(Membership.unscoped.get(user=tenants.owner), tenants.workspace)
    drafts.keep(member, thread.pk, message_id=new_id("msg"), content=drafts.Content(text=TEXT), revision="desk:1")
    add_note(tenants.actor(), contact_id, text=f"{NAME} told me {TEXT}")
    create_rule(tenants.actor(), Definition("Known", Trigger.TAG, EMAIL, 5))
    client.patch(f"/v1/contacts/{contact_id}", {"opted_out": True, "tags": ["vip", EMAIL]})
    assign_positions()
    run_pump()
    return contact_id


def _try_import(tenants: Tenants, rows: str) -> None:
    """Start a dry run, in chunks of one row."""
    with reading.read(io.BytesIO(rows.encode())) as staged:
        file = imports.upload_contacts(tenants.actor(), staged, name="people.csv")
    imports.start_import(tenants.actor(), file.pk, mapping=file.mapping, dry_run=True)
