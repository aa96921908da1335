"""Tests of the section ``sequences`` of a workspace's configuration."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.configuration import Change, apply_configuration, dump_configuration
from crmsolid.workspaces.models import Workspace
from messaging.models import Account
from sequences.models import Sequence, SequenceStatus, SequenceVersion, Step
from sequences.services import start_sequence
from tests.messaging.files.helpers import upload
from tests.sequences.helpers import actor, contact, enroll, stored
from tests.tenants import Tenants


def full(account: Account, **members: Any) -> dict[str, Any]:
    """A sequence in which nothing is left out and nothing is a default."""
    condition = {
        "any": [{"field": "tag", "op": "is", "value": "vip"}, {"field": "custom.seats", "op": "gt", "value": 2}]
    }
    return {
        "name": "Welcome",
        "account_ids": [account.pk],
        "time_zone": "Europe/Berlin",
        "window": {"days": ["mon", "fri"], "from": "09:00", "to": "18:00"},
        "jitter": "PT15M",
        "stop_on": ["reply", "tag:customer", "stage:won"],
        "ignore_auto_replies": True,
        "pass_on": True,
        "steps": [
            {
                "id": "hello",
                "delay": "PT5S",
                "text": "Hello {name|you}",
                "format": "plain",
                "attachments": [],
                "condition": None,
                "if_not": "skip",
            },
            {
                "id": "again",
                "delay": "P2D",
                "text": "Größe {{}} 🙂",
                "format": "markdown",
                "attachments": [],
                "condition": condition,
                "if_not": "stop",
            },
        ],
    } | members


def short(name: str = "Short", *texts: str) -> dict[str, Any]:
    """A sequence in which everything that has a default is left out."""
    return {"name": name, "steps": [{"text": text} for text in texts or ("Hello",)]}


SEATS = {"key": "seats", "label": "Seats", "type": "number", "choices": []}


def document(*sequences: Any) -> dict[str, Any]:
    return {"custom_fields": [SEATS], "sequences": list(sequences)}


def apply(workspace: Workspace, *sequences: Any, **options: Any) -> list[tuple[str, str]]:
    """Apply them; answers name and action of each."""
    changes = apply_configuration(actor(workspace), document(*sequences), **options)
    return [(change.name, change.action) for change in changes if change.section == "sequences"]


def dumped(workspace: Workspace) -> list[Any]:
    return list(dump_configuration(actor(workspace))["sequences"])


def stored_rows() -> tuple[Any, ...]:
    return (
        *Sequence.unscoped.order_by("id").values_list("id", "name", "status", "version", "updated_at"),
        *SequenceVersion.unscoped.order_by("id").values_list("id", "number"),
        *Step.unscoped.order_by("id").values_list("id", "key", "text"),
    )


def refused(workspace: Workspace, *sequences: Any) -> list[tuple[str, str]]:
    """The paths and codes of the errors. Nothing was written."""
    before = stored_rows()
    with pytest.raises(DomainError) as caught:
        apply_configuration(actor(workspace), document(*sequences))
    assert caught.value.code == "validation_failed"
    assert stored_rows() == before
    return [(part.field, part.code) for part in caught.value.errors]


def test_new_sequences_are_drafts_and_come_back_as_they_were_by_name(account: Account, tenants: Tenants) -> None:
    sequences = [full(account), full(account, name="Farewell", window=None, stop_on=[])]
    assert apply(tenants.workspace, *sequences) == [("Welcome", "created"), ("Farewell", "created")]
    assert dumped(tenants.workspace) == [sequences[1], sequences[0]]
    assert {row.status for row in Sequence.unscoped.all()} == {SequenceStatus.DRAFT}
    assert dumped(tenants.twin) == dumped(tenants.other) == []


def test_applying_what_was_dumped_changes_nothing(account: Account, tenants: Tenants) -> None:
    apply(tenants.workspace, full(account), short("Short", "One", "Two"))
    before, everything = stored_rows(), dump_configuration(actor(tenants.workspace))
    changes = apply_configuration(actor(tenants.workspace), json.loads(json.dumps(everything)))
    assert changes == [
        Change("custom_fields", "seats", "unchanged"),
        Change("opt_out_words", "/stop", "unchanged"),
        Change("opt_out_words", "stop", "unchanged"),
        Change("sequences", "Short", "unchanged"),
        Change("sequences", "Welcome", "unchanged"),
    ]
    assert stored_rows() == before
    assert dump_configuration(actor(tenants.workspace)) == everything


def test_what_has_a_default_may_be_left_out_and_steps_get_ids_that_stay(tenants: Tenants) -> None:
    sequence = short("Short", "One", "Two")
    assert apply(tenants.workspace, sequence) == [("Short", "created")]
    assert apply(tenants.workspace, sequence) == [("Short", "unchanged")]
    defaults: dict[str, Any] = {
        "delay": "PT0S",
        "format": "plain",
        "attachments": [],
        "condition": None,
        "if_not": "skip",
    }
    assert dumped(tenants.workspace) == [
        {
            "name": "Short",
            "account_ids": [],
            "time_zone": "UTC",
            "window": None,
            "jitter": "PT0S",
            "stop_on": [],
            "ignore_auto_replies": False,
            "pass_on": False,
            "steps": [{"id": "step-1", "text": "One", **defaults}, {"id": "step-2", "text": "Two", **defaults}],
        }
    ]


def test_changed_sequence_gets_a_version_and_those_in_flight_finish_on_theirs(
    account: Account, tenants: Tenants
) -> None:
    apply(tenants.workspace, full(account), short())
    sequence = Sequence.unscoped.get(name="Welcome")
    start_sequence(actor(tenants.workspace), sequence.pk)
    enrollment = enroll(sequence, contact(tenants.workspace))
    assert apply(tenants.workspace, full(account, jitter="PT0S")) == [("Welcome", "updated")]
    sequence.refresh_from_db()
    assert (sequence.status, sequence.version) == (SequenceStatus.ACTIVE, 2)
    assert stored(enrollment).version.number == 1
    assert [each["name"] for each in dumped(tenants.workspace)] == ["Short", "Welcome"]
    assert dumped(tenants.workspace)[1] == full(account, jitter="PT0S")


def test_sequence_may_use_a_custom_field_of_the_same_document(account: Account, tenants: Tenants) -> None:
    sequence = full(account, steps=[{"text": "You have {seats} seats"}])
    assert apply(tenants.workspace, sequence) == [("Welcome", "created")]


def test_dry_run_answers_the_same_and_changes_nothing(account: Account, tenants: Tenants) -> None:
    apply(tenants.workspace, full(account))
    before, changed = stored_rows(), full(account, time_zone="UTC")
    assert apply(tenants.workspace, changed, short(), dry_run=True) == [("Welcome", "updated"), ("Short", "created")]
    assert stored_rows() == before
    assert apply(tenants.workspace, changed, short()) == [("Welcome", "updated"), ("Short", "created")]


def test_each_wrong_part_is_named_by_its_path(account: Account, tenants: Tenants) -> None:
    apply(tenants.workspace, full(account))
    steps = [
        {"id": "ok", "text": "Hello"},
        {"id": "ok", "text": "Again", "delay": "tomorrow"},
        {"text": "Hello {nobody}", "condition": {"all": [{"field": "tag", "op": "near", "value": "vip"}]}},
    ]
    foreign = tenants.sandbox(tenants.other).pk
    assert refused(
        tenants.workspace,
        full(account, name="First", steps=steps),
        full(
            account, name="Second", account_ids=[account.pk, foreign], window={"days": [], "from": "9", "to": "18:00"}
        ),
        "Third",
        {"name": "Fourth", "steps": [], "colour": "red"},
        {},
    ) == [
        ("sequences[0].steps[1].delay", "invalid"),
        ("sequences[0].steps[2].text", "unknown_variable"),
        ("sequences[0].steps[2].condition.all[0].op", "invalid_choice"),
        ("sequences[0].steps[0].id", "duplicate"),
        ("sequences[0].steps[1].id", "duplicate"),
        ("sequences[1].account_ids[1]", "not_found"),
        ("sequences[1].window.days", "never_opens"),
        ("sequences[2]", "not_a_dict"),
        ("sequences[3].colour", "unknown_field"),
        ("sequences[3].steps", "required"),
        ("sequences[4].name", "required"),
        ("sequences[4].steps", "required"),
    ]


def test_same_name_twice_is_refused(tenants: Tenants) -> None:
    assert refused(tenants.workspace, short("Hi"), short("Bye"), short(" Hi ")) == [("sequences[2]", "duplicate")]


# --- One document for a workspace and its test twin -------------------------------------------------------------------
def twin_sandbox(tenants: Tenants) -> int:
    """The first sandbox account of the twin, which it was made with."""
    pk: int = Account.objects.for_workspace(tenants.twin).order_by("id").values_list("pk", flat=True)[0]
    tenants.sandbox(tenants.twin)
    return pk


def test_accounts_of_the_live_workspace_become_the_sandbox_of_the_twin(account: Account, tenants: Tenants) -> None:
    sandbox, second = twin_sandbox(tenants), tenants.sandbox()
    sequence = full(account, account_ids=[account.pk, second.pk])
    assert apply(tenants.twin, sequence) == [("Welcome", "created")]
    assert dumped(tenants.twin) == [full(account, account_ids=[sandbox])]
    assert apply(tenants.twin, sequence) == [("Welcome", "unchanged")]
    assert apply(tenants.twin, *dumped(tenants.twin)) == [("Welcome", "unchanged")]


def test_accounts_of_the_twin_stay(tenants: Tenants) -> None:
    chosen = tenants.sandbox(tenants.twin)
    apply(tenants.twin, full(chosen))
    assert dumped(tenants.twin) == [full(chosen)]


def test_accounts_of_others_are_refused_in_the_twin_too(account: Account, tenants: Tenants) -> None:
    foreign = tenants.sandbox(tenants.other).pk
    sequence = full(account, account_ids=[account.pk, foreign], jitter="often")
    assert refused(tenants.twin, sequence) == [
        ("sequences[0].account_ids[1]", "not_found"),
        ("sequences[0].jitter", "invalid"),
    ]
    for wrong in (account.pk, ["7421"], [True], [account.pk, account.pk]):
        assert refused(tenants.twin, full(account, account_ids=wrong)) == [("sequences[0].account_ids", "invalid")]


def test_accounts_of_the_twin_are_refused_in_the_live_workspace(tenants: Tenants) -> None:
    of_twin = tenants.sandbox(tenants.twin)
    assert refused(tenants.workspace, full(of_twin)) == [("sequences[0].account_ids[0]", "not_found")]


def test_files_of_the_live_workspace_become_those_of_the_twin_with_the_same_content(tenants: Tenants) -> None:
    ours = [upload(tenants, content, "a.txt").pk for content in (b"one", b"two")]
    sequence = {"name": "Short", "steps": [{"text": "Hello", "attachments": ours}]}
    theirs = [upload(tenants, b"one", "b.txt", tenants.twin).pk]
    assert refused(tenants.twin, sequence) == [("sequences[0].steps[0].attachments", "unknown_file")]
    theirs.append(upload(tenants, b"two", "b.txt", tenants.twin).pk)
    assert apply(tenants.twin, sequence) == [("Short", "created")]
    assert [step["attachments"] for step in dumped(tenants.twin)[0]["steps"]] == [theirs]
    assert apply(tenants.twin, sequence) == [("Short", "unchanged")]
    assert apply(tenants.workspace, sequence) == [("Short", "created")]
    assert refused(tenants.workspace, *dumped(tenants.twin)) == [("sequences[0].steps[0].attachments", "unknown_file")]
    for wrong in ("fil", [7], [None], {"id": ours[0]}):
        broken = {"name": "Short", "steps": [{"text": "Hello", "attachments": wrong}, 7]}
        assert ("sequences[0].steps[0].attachments", "invalid") in refused(tenants.twin, broken)


# --- Commands ---------------------------------------------------------------------------------------------------------
def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_commands_carry_sequences_from_one_workspace_to_its_twin(
    account: Account, tenants: Tenants, tmp_path: Path
) -> None:
    apply(tenants.workspace, full(account))
    file = tmp_path / "configuration.json"
    file.write_text(run("dump_config", "--workspace", "acme"))
    assert run("apply_config", "--workspace", "acme", str(file)) == "unchanged: 4\n"
    wanted = ["created: custom_fields seats", "created: sequences Welcome", "unchanged: 2"]
    dry = run("apply_config", "--workspace", "acme", "--test", "--dry-run", str(file)).splitlines()
    assert dry == [f"would be {wanted[0]}", f"would be {wanted[1]}", wanted[2]]
    assert dumped(tenants.twin) == []
    assert run("apply_config", "--workspace", "acme", "--test", str(file)).splitlines() == wanted
    file.write_text(run("dump_config", "--workspace", "acme", "--test"))
    assert run("apply_config", "--workspace", "acme", "--test", str(file)) == "unchanged: 4\n"


def test_command_names_the_wrong_part(tenants: Tenants, tmp_path: Path) -> None:
    file = tmp_path / "configuration.json"
    file.write_text(json.dumps({"sequences": [short("Hi", "Hello {nobody}")]}))
    with pytest.raises(CommandError, match=r"sequences\[0\]\.steps\[0\]\.text"):
        run("apply_config", "--workspace", "acme", str(file))
    assert not Sequence.unscoped.exists()
