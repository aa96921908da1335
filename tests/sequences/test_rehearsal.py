"""Tests of rehearsals: what they answer, and that they leave nothing behind."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from threading import Event
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from contacts.models import CustomField
from contacts.services import update_contact
from crmsolid.core import clock, doorbell
from crmsolid.core.clock import SimulatedClock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Scope, Subject
from crmsolid.workspaces.models import Plan, Workspace
from messaging.files.services import upload
from messaging.formatting.entities import Entity, EntityKind
from messaging.models import Account, File
from sequences import services
from sequences.running.rehearsal import TimelineEntry, rehearse_sequence
from sequences.services import pause_sequence
from tests.browser.media import picture
from tests.sequences.helpers import START, actor, contact, create, enroll
from tests.tenants import Tenants
from tests.threads import in_background

DAY = timedelta(days=1)
TUESDAY = START + DAY


@pytest.fixture(autouse=True)
def time() -> Iterator[SimulatedClock]:
    """The product's clock stands still on a Monday at ten."""
    with clock.simulated(START) as simulated:
        yield simulated


def rows() -> dict[str, int]:
    """How many rows each table has."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def rehearse(sequence: Any, who: Any = None) -> list[TimelineEntry]:
    """Rehearse it. Nothing is left behind, and nobody is woken."""
    before = rows()
    timeline = rehearse_sequence(actor(sequence.workspace), sequence.pk, contact_id=who and who.pk)
    assert rows() == before
    assert clock.now() == START
    return timeline


def brief(timeline: list[TimelineEntry]) -> list[tuple[str, str | None, str | None]]:
    """Event, step and reason of each entry."""
    return [(entry.event, entry.step, entry.reason) for entry in timeline]


def test_each_step_is_sent_when_it_is_due_with_its_text(account: Account, tenants: Tenants) -> None:
    steps = [
        {"id": "hello", "text": "Hi {first_name}"},
        {"id": "again", "delay": "P1D", "text": "Well, {company|you}?"},
    ]
    CustomField.unscoped.create(workspace=tenants.workspace, key="company", label="Company", type="text")
    who = contact(tenants.workspace, name="Alice Ng", custom_fields={"company": "Acme"})
    assert rehearse(create(account, steps=steps), who) == [
        TimelineEntry(START, "sent", "hello", text="Hi Alice"),
        TimelineEntry(START, "waits", "again", "delay", until=TUESDAY),
        TimelineEntry(TUESDAY, "sent", "again", text="Well, Acme?"),
        TimelineEntry(TUESDAY, "completed"),
    ]


def test_made_up_contact_has_a_value_for_everything(account: Account, tenants: Tenants) -> None:
    kinds = {"company": "text", "seats": "number", "vip": "boolean", "since": "date", "size": "choice"}
    for key, kind in kinds.items():
        choices = ["small", "large"] if kind == "choice" else []
        CustomField.unscoped.create(workspace=tenants.workspace, key=key, label=key.title(), type=kind, choices=choices)
    text = "{first_name} {last_name} {name} {username} {email} {company} {seats} {vip} {since} {size}"
    timeline = rehearse(create(account, steps=[{"text": text}]))
    assert [entry.text for entry in timeline] == [
        "Alex Example Alex Example alex_example alex@example.com Company 1 yes 2026-06-01 small",
        None,
    ]


def test_rehearsal_touches_no_enrollment_that_is_there(account: Account, tenants: Tenants) -> None:
    sequence, who = create(account), contact(tenants.workspace)
    enroll(sequence, who)
    assert brief(rehearse(sequence, who))[-1] == ("completed", None, None)


@pytest.mark.parametrize("start", [True, False])
def test_drafts_and_paused_sequences_can_be_rehearsed(account: Account, start: bool) -> None:
    sequence = create(account, start=start)
    if start:
        pause_sequence(actor(account.workspace), sequence.pk)
    assert [entry.event for entry in rehearse(sequence)] == ["sent", "waits", "sent", "completed"]


def test_draft_without_accounts_can_be_rehearsed(account: Account) -> None:
    assert brief(rehearse(create(account, start=False, account_ids=[])))[-1] == ("completed", None, None)


def test_step_is_skipped_or_ends_the_sequence_where_its_condition_does_not_hold(
    account: Account, tenants: Tenants
) -> None:
    vip = {"field": "tag", "op": "is", "value": "vip"}
    steps = [
        {"id": "one", "text": "1", "condition": vip},
        {"id": "two", "text": "2", "condition": {"not": vip}},
        {"id": "three", "text": "3", "condition": vip, "if_not": "stop"},
    ]
    sequence = create(account, steps=steps)
    assert brief(rehearse(sequence, contact(tenants.workspace, "nobody"))) == [
        ("skipped", "one", "condition"),
        ("sent", "two", None),
        ("stopped", "three", "condition"),
    ]
    assert brief(rehearse(sequence, contact(tenants.workspace, "somebody", tags=["vip"]))) == [
        ("sent", "one", None),
        ("skipped", "two", "condition"),
        ("sent", "three", None),
        ("completed", None, None),
    ]


def test_window_is_that_of_the_contact(account: Account, tenants: Tenants) -> None:
    window = {"days": ["mon", "tue"], "from": "09:00", "to": "18:00"}
    who = contact(tenants.workspace, time_zone="America/New_York")  # where it is six in the morning
    opens_at = datetime(2026, 6, 1, 13, 0, tzinfo=UTC)
    assert rehearse(create(account, window=window, steps=[{"id": "hello", "text": "Hello"}]), who) == [
        TimelineEntry(START, "waits", "hello", "window", until=opens_at),
        TimelineEntry(opens_at, "sent", "hello", text="Hello"),
        TimelineEntry(opens_at, "completed"),
    ]


def test_daily_limit_is_that_of_the_account(tenants: Tenants) -> None:
    """Ten sends are kept for direct ones, so two of twelve are left."""
    account = tenants.sandbox(daily_limit=12)
    steps = [{"id": f"s{number}", "text": "Hello"} for number in range(3)]
    assert rehearse(create(account, steps=steps)) == [
        TimelineEntry(START, "sent", "s0", text="Hello"),
        TimelineEntry(START, "sent", "s1", text="Hello"),
        TimelineEntry(START, "waits", "s2", "daily_limit", until=TUESDAY),
        TimelineEntry(TUESDAY, "sent", "s2", text="Hello"),
        TimelineEntry(TUESDAY, "completed"),
    ]


def test_reply_stops_it(account: Account, tenants: Tenants) -> None:
    sequence = create(account, stop_on=["reply"])
    assert rehearse(sequence, contact(tenants.workspace, "reply_soon")) == [
        TimelineEntry(START, "sent", "hello", text="Hello"),
        TimelineEntry(START, "reply", text="You said: Hello"),
        TimelineEntry(START, "stopped", "again", "reply"),
    ]


def test_auto_reply_does_not_stop_a_sequence_that_ignores_them(account: Account, tenants: Tenants) -> None:
    sequence = create(account, stop_on=["reply"], ignore_auto_replies=True)
    events = [entry.event for entry in rehearse(sequence, contact(tenants.workspace, "autoreply"))]
    assert events == ["sent", "auto_reply", "waits", "sent", "auto_reply", "completed"]


def test_refused_message_fails_it(account: Account, tenants: Tenants) -> None:
    assert brief(rehearse(create(account), contact(tenants.workspace, "fail_privacy"))) == [
        ("not_sent", "hello", "privacy_restricted"),
        ("failed", "hello", "send_failed"),
    ]


def test_flood_wait_delays_it(account: Account, tenants: Tenants) -> None:
    later = START + timedelta(seconds=5)
    sequence = create(account, steps=[{"id": "hello", "text": "Hello"}])
    assert rehearse(sequence, contact(tenants.workspace, "flood_wait_5")) == [
        TimelineEntry(START, "waits", "hello", "account_paused", until=later),
        TimelineEntry(later, "sent", "hello", text="Hello"),
        TimelineEntry(later, "completed"),
    ]


@pytest.mark.parametrize("state", ["frozen", "needs_login", "banned", "paused"])
def test_account_that_somebody_must_look_after_leaves_it_unfinished(tenants: Tenants, state: str) -> None:
    sequence = create(tenants.sandbox(state=state))
    assert rehearse(sequence) == [TimelineEntry(START, "unfinished", "hello", f"account_{state}")]


def test_pause_of_an_account_that_ends_is_waited_for(tenants: Tenants) -> None:
    account = tenants.sandbox(state="paused", paused_until=TUESDAY)
    timeline = rehearse(create(account))
    assert timeline[:2] == [
        TimelineEntry(START, "waits", "hello", "account_paused", until=TUESDAY),
        TimelineEntry(TUESDAY, "sent", "hello", text="Hello"),
    ]


def test_contact_is_passed_on_to_an_account_that_can_send(account: Account, tenants: Tenants) -> None:
    broken = tenants.sandbox(state="banned")
    sequence = create(broken, account_ids=[broken.pk, account.pk], pass_on=True)
    assert brief(rehearse(sequence))[-1] == ("completed", None, None)


def test_missing_value_leaves_it_unfinished(account: Account, tenants: Tenants) -> None:
    steps = [{"id": "hello", "text": "Hello"}, {"id": "mail", "text": "Still {email}?"}]
    assert rehearse(create(account, steps=steps), contact(tenants.workspace)) == [
        TimelineEntry(START, "sent", "hello", text="Hello"),
        TimelineEntry(START, "unfinished", "mail", "missing_value"),
    ]


def test_trial_that_ends_leaves_it_unfinished(account: Account) -> None:
    ends_at = START + timedelta(hours=12)
    Workspace.objects.filter(pk=account.workspace_id).update(plan=Plan.TRIAL, trial_ends_at=ends_at)
    sequence = create(account)
    sequence.workspace.refresh_from_db()
    assert brief(rehearse(sequence)) == [
        ("sent", "hello", None),
        ("waits", "again", "delay"),
        ("unfinished", "again", "plan"),
    ]


def test_opted_out_contact_cannot_be_enrolled_in_a_rehearsal_either(account: Account, tenants: Tenants) -> None:
    who = contact(tenants.workspace)
    update_contact(actor(tenants.workspace), who.pk, {"opted_out": True})
    sequence, before = create(account), rows()
    with pytest.raises(DomainError) as refused:
        rehearse_sequence(actor(tenants.workspace), sequence.pk, contact_id=who.pk)
    assert refused.value.code == "contact_opted_out"
    assert rows() == before


def test_sequence_and_contact_of_the_test_twin_can_be_rehearsed(tenants: Tenants) -> None:
    account = tenants.sandbox(tenants.twin)
    assert brief(rehearse(create(account), contact(tenants.twin)))[-1] == ("completed", None, None)


def test_contact_and_sequence_of_another_workspace_are_not_found(account: Account, tenants: Tenants) -> None:
    sequence = create(account)
    for by, who in ((tenants.actor(), contact(tenants.other).pk), (tenants.actor(tenants.other), None)):
        before = rows()
        with pytest.raises(DomainError) as refused:
            rehearse_sequence(by, sequence.pk, contact_id=who)
        assert refused.value.code == "not_found"
        assert rows() == before


def test_files_are_sent_with_their_texts(account: Account) -> None:
    photo = upload(actor(account.workspace), BytesIO(picture(30, 20)), "photo.jpg")
    steps = [{"id": "both", "text": "Look", "attachments": [photo.pk]}, {"id": "alone", "attachments": [photo.pk]}]
    sequence = create(account, steps=steps)
    assert rehearse(sequence) == [
        TimelineEntry(START, "sent", "both", text="Look"),
        TimelineEntry(START, "sent", "alone"),
        TimelineEntry(START, "completed"),
    ]
    File.unscoped.filter(pk=photo.pk).delete()
    assert brief(rehearse(sequence))[0] == ("not_sent", "both", "file_gone")


def key(workspace: Workspace, *scopes: Scope) -> Actor:
    return Actor(workspace, Subject("key", "key_1", "key"), frozenset(scopes), None, "rest")


def test_text_is_for_actors_who_may_read_contacts(account: Account) -> None:
    sequence = create(account, steps=[{"text": "**Hello**", "format": "markdown"}])
    workspace = account.workspace
    without = rehearse_sequence(key(workspace, Scope.MANAGE_SEQUENCES), sequence.pk)
    assert [(entry.event, entry.text) for entry in without][:1] == [("sent", None)]
    assert {(entry.text, entry.entities) for entry in without} == {(None, ())}
    with_text = rehearse_sequence(key(workspace, Scope.MANAGE_SEQUENCES, Scope.READ_CONTACTS), sequence.pk)
    assert (with_text[0].text, with_text[0].entities) == ("Hello", (Entity(EntityKind.BOLD, 0, 5),))


def test_rehearsal_needs_the_scope(account: Account) -> None:
    sequence = create(account)
    with pytest.raises(DomainError) as refused:
        rehearse_sequence(key(account.workspace, *(ALL_SCOPES - {Scope.MANAGE_SEQUENCES})), sequence.pk)
    assert refused.value.code == "scope_missing"


@pytest.mark.django_db(transaction=True)
def test_rehearsal_of_its_own_transaction_leaves_nothing_and_wakes_nobody(
    account: Account, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence, who = create(account, stop_on=["reply"]), contact(tenants.workspace, "reply_soon")
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, **options: rung.append(name))
    assert not connection.in_atomic_block
    assert brief(rehearse(sequence, who))[-1] == ("stopped", "again", "reply")
    assert rung == []


@pytest.mark.django_db(transaction=True)
def test_rehearsal_within_a_transaction_leaves_that_usable(
    account: Account, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence = create(account)
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, **options: rung.append(name))
    with transaction.atomic():
        assert brief(rehearse(sequence))[-1] == ("completed", None, None)
        CustomField.unscoped.create(workspace=tenants.workspace, key="company", label="Company", type="text")
    assert CustomField.unscoped.count() == 1
    assert rung == []


@pytest.mark.django_db(transaction=True)
def test_rehearsal_needs_no_lock_on_a_row_of_others(account: Account, tenants: Tenants) -> None:
    """Another transaction holds the strongest lock on every row while the sequence is rehearsed."""
    sequence, who = create(account), contact(tenants.workspace)
    enroll(sequence, who)
    locked, release = Event(), Event()

    def hold_locks() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for model in apps.get_models():
                cursor.execute(f"SELECT 1 FROM {model._meta.db_table} FOR UPDATE")
            locked.set()
            assert release.wait(20)

    with in_background(hold_locks):
        try:
            assert locked.wait(20)
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '1s'")
                assert brief(rehearse(sequence, who))[-1] == ("completed", None, None)
        finally:
            release.set()


def test_time_of_a_rehearsal_is_bounded(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sequences.running.rehearsal.MAX_SECONDS", 0)
    assert brief(rehearse(create(account))) == [("unfinished", None, "too_long")]


def test_a_second_one_at_the_same_time_is_refused(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    sequence, enroll_contact, refused = create(account), services.enroll_contact, []

    def enroll_and_rehearse_again(*arguments: Any, **options: Any) -> Any:
        with pytest.raises(DomainError) as error:
            rehearse_sequence(actor(account.workspace), sequence.pk)
        refused.append((error.value.code, error.value.detail))
        return enroll_contact(*arguments, **options)

    monkeypatch.setattr(services, "enroll_contact", enroll_and_rehearse_again)
    assert brief(rehearse(sequence))[-1] == ("completed", None, None)
    assert refused == [("invalid_state", "another rehearsal is running; try again in a moment")]
    monkeypatch.undo()
    assert brief(rehearse(sequence))[-1] == ("completed", None, None)


Command = Callable[..., str]


@pytest.fixture
def command() -> Command:
    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("rehearse_sequence", *arguments, stdout=out)
        return out.getvalue()

    return run


def test_command_prints_a_timeline(account: Account, tenants: Tenants, command: Command) -> None:
    create(account)
    assert command("--workspace", "acme", "--sequence", "Welcome").splitlines() == [
        "2026-06-01T10:00:00Z  sent        hello  Hello",
        "2026-06-01T10:00:00Z  waits       again  delay  until 2026-06-02T10:00:00Z",
        "2026-06-02T10:00:00Z  sent        again  Hello again",
        "2026-06-02T10:00:00Z  completed",
    ]


def test_command_prints_json_for_a_contact(account: Account, tenants: Tenants, command: Command) -> None:
    create(account, steps=[{"id": "hello", "text": "Hello {username}"}])
    who, at = contact(tenants.workspace), "2026-06-01T10:00:00Z"
    out = command("--workspace", "acme", "--sequence", "Welcome", "--contact", who.pk, "--json")
    assert json.loads(out) == [
        {"at": at, "event": "sent", "step": "hello", "reason": None, "until": None, "text": "Hello alice"},
        {"at": at, "event": "completed", "step": None, "reason": None, "until": None, "text": None},
    ]


def test_command_names_what_is_not_there(account: Account, tenants: Tenants, command: Command) -> None:
    create(account)
    with pytest.raises(CommandError, match="there is no sequence 'Goodbye'"):
        command("--workspace", "acme", "--sequence", "Goodbye")
    with pytest.raises(CommandError, match="there is no sequence 'Welcome'"):
        command("--workspace", "acme", "--test", "--sequence", "Welcome")
    with pytest.raises(CommandError, match="no such contact"):
        command("--workspace", "acme", "--sequence", "Welcome", "--contact", contact(tenants.other).pk)
