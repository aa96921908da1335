"""The ledger of erasures, and what repeats them on a restored backup."""

import contextlib
import io
import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.erasing import ledger, replaying
from contacts.models import Contact, Erasure, ImportFailure, OptOut
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.jobs.models import Job
from tests.contacts.conftest import Upsert
from tests.tenants import Api, Tenants
from tests.threads import run_together

Replay = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Any) -> Path:
    """An empty data folder, which is made at the first erasure."""
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def replay() -> Replay:
    def run(*arguments: str, hours: int = 1, out: io.StringIO | None = None) -> dict[str, Any]:
        out = out or io.StringIO()
        since = rfc3339(clock.now() - timedelta(hours=hours))
        call_command("replay_erasures", "--since", since, "--json", *arguments, stdout=out)
        result: dict[str, Any] = json.loads(out.getvalue())
        return result

    return run


def restore(contact: Contact, **changes: Any) -> None:
    """The row as a backup brings it back. The backup has nothing of the erasure."""
    for name, value in changes.items():
        setattr(contact, name, value)
    contact.save(force_insert=True)
    Erasure.unscoped.all().delete()


def test_erasures_are_repeated_once_by_id_and_by_identity(
    ours: Api, upsert: Upsert, tenants: Tenants, replay: Replay, data_folder: Path
) -> None:
    people = [Contact.unscoped.get(pk=upsert(username=name)["id"]) for name in ("by_id", "by_name", "returned", "kept")]
    for person in people[:3]:
        assert ours.delete(f"/v1/contacts/{person.pk}").status_code == 204
    assert stat.S_IMODE((data_folder / "erasures.jsonl").stat().st_mode) == 0o600
    restore(people[0])
    restore(people[1], id="con_01J00000000000000000000000")
    job = Job.unscoped.create(workspace=tenants.workspace, kind="import", scope="x")
    for line, name in enumerate(("by_name", "kept")):  # of the first, the backup may have no contact
        ImportFailure.unscoped.create(
            workspace=tenants.workspace, job=job, line=line, reason="x", cells=[name], username_key=name
        )
    ImportFailure.unscoped.update(created_at=clock.now() - timedelta(hours=1))
    upsert(username="returned")
    assert replay() == {"erasures": 3, "erased": 2, "unknown_workspaces": 0, "torn": [], "unreadable": []}
    assert set(Contact.unscoped.values_list("username", flat=True)) == {"returned", "kept"}
    assert ImportFailure.unscoped.get().username_key == "kept"
    assert replay()["erased"] == 0
    # An hour more is looked at, for erasures that were under way when the backup began.
    assert (replay(hours=0)["erasures"], replay(hours=-2)["erasures"]) == (4, 0)


def test_missing_ledger_is_told_and_what_the_database_knows_is_repeated(
    ours: Api, upsert: Upsert, replay: Replay, data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = Contact.unscoped.get(pk=upsert(username="sarah")["id"])
    ours.delete(f"/v1/contacts/{person.pk}")
    person.save(force_insert=True)
    assert replay()["erased"] == 1
    assert capsys.readouterr().err == ""
    (data_folder / "erasures.jsonl").unlink()
    person.save(force_insert=True)
    assert replay()["erased"] == 1
    told = capsys.readouterr().err
    assert told.startswith(f"there is no {data_folder}/erasures.jsonl, so only erasures that this database knows are")
    assert "copy erasures.jsonl of the data folder that the backup is from there" in told


def test_opt_out_after_the_backup_is_kept_again(ours: Api, upsert: Upsert, replay: Replay) -> None:
    person = Contact.unscoped.get(pk=upsert(username="sarah")["id"])
    ours.patch(f"/v1/contacts/{person.pk}", {"opted_out": True})
    ours.delete(f"/v1/contacts/{person.pk}")
    OptOut.unscoped.all().delete()
    restore(person, opted_out=False)  # as it was at the time of the backup
    OptOut.unscoped.all().delete()
    assert replay()["erased"] == 1
    # The backup is restored once more: the entry of the first replay must not hide the opt-out.
    restore(person)
    OptOut.unscoped.all().delete()
    assert replay()["erased"] == 1
    assert [json.loads(line)["opted_out"] for line in ledger.path().read_text().splitlines()] == [True] * 3
    assert upsert(username="sarah")["opted_out"] is True
    # Whoever is there again and may be written to is not opted out by another replay.
    ours.patch(f"/v1/contacts/{Contact.unscoped.get().pk}", {"opted_out": False})
    replay()
    assert (Contact.unscoped.get().opted_out, OptOut.unscoped.count()) == (False, 0)


def test_ledgers_of_other_hosts_and_workspaces_that_are_gone(
    ours: Api, upsert: Upsert, tenants: Tenants, replay: Replay, data_folder: Path
) -> None:
    person = Contact.unscoped.get(pk=upsert(username="sarah")["id"])
    ours.delete(f"/v1/contacts/{person.pk}")
    restore(person)
    [line] = ledger.path().read_text().splitlines()
    other = json.loads(line) | {"workspace": {"id": tenants.workspace.pk, "slug": "gone"}, "contact_id": "con_gone"}
    first, second = data_folder / "first", data_folder / "second"
    first.write_text(json.dumps(other) + "\n")
    second.write_text(f'{line}\n{{"at": "2026')
    result = replay("--ledger", str(first), "--ledger", str(second))
    assert (result["erasures"], result["erased"], result["unknown_workspaces"]) == (2, 1, 1)
    assert result["torn"] == [f"{second}:2"]


def test_unreadable_lines_are_an_error_after_all_others_were_repeated(
    ours: Api, upsert: Upsert, replay: Replay, data_folder: Path
) -> None:
    person, late = (Contact.unscoped.get(pk=upsert(username=name)["id"]) for name in ("sarah", "late"))
    ours.delete(f"/v1/contacts/{person.pk}")
    with ledger.path().open("a") as file:
        file.write('{"at": "20')  # a process died
    ours.delete(f"/v1/contacts/{late.pk}")
    with ledger.path().open("a") as file:
        file.write('{"at": "20\n')
    restore(person)
    restore(late)
    out = io.StringIO()
    with pytest.raises(CommandError, match=rf"all others were repeated: {ledger.path()}:4$"):
        replay(out=out)
    assert json.loads(out.getvalue()) == {
        **{"erasures": 2, "erased": 2, "unknown_workspaces": 0},
        **{"torn": [f"{ledger.path()}:2"], "unreadable": [f"{ledger.path()}:4"]},
    }
    assert not Contact.unscoped.exists()
    with pytest.raises(CommandError, match=r"cannot read .*nothing: No such file"):
        replay("--ledger", str(data_folder / "nothing"))


def test_nothing_is_erased_while_the_ledger_cannot_be_written(ours: Api, upsert: Upsert, data_folder: Path) -> None:
    contact = upsert(username="sarah", tags=["a"], opted_out=True)
    (data_folder / "erasures.jsonl").mkdir(parents=True)
    refused = ours.delete(f"/v1/contacts/{contact['id']}")
    assert (refused.status_code, refused.json()["code"]) == (503, "service_unavailable")
    assert ours.get(f"/v1/contacts/{contact['id']}").json()["tags"] == ["a"]
    assert not Erasure.unscoped.exists() and not OptOut.unscoped.exists()


def test_refused_erasure_is_not_in_the_ledger(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    assert ours.delete(f"/v1/contacts/{contact['id']}", If_Match='"other"').status_code == 412
    assert not Erasure.unscoped.exists() and not ledger.path().exists()


# --- Several replays beside the running product, and ledgers that are damaged or another's ----------------------------
@pytest.mark.django_db(transaction=True)
def test_replays_at_once_while_the_product_runs_erase_each_person_once(tenants: Tenants) -> None:
    token = tenants.key()
    names = [f"person_{number}" for number in range(12)]
    people = []
    for name in names:
        created = Api(token).post("/v1/contacts", {"username": name, "email": f"{name}@example.com"}).json()
        people.append(Contact.unscoped.get(pk=created["id"]))
        assert Api(token).delete(f"/v1/contacts/{created['id']}").status_code == 204
    for person in people:
        restore(person)
    since = clock.now() - timedelta(hours=1)

    def replayed() -> int:
        return replaying.replay([ledger.path()], since).erased

    def deleted() -> int:
        return sum(Api(token).delete(f"/v1/contacts/{person.pk}").status_code == 204 for person in people)

    def returned() -> int:
        for name in names[:4]:
            assert Api(token).post("/v1/contacts", {"username": name}).status_code in (200, 201)
        return 0

    assert sum(run_together([replayed, replayed, replayed, deleted, returned])) == len(names)
    assert not Contact.unscoped.filter(pk__in=[person.pk for person in people]).exists()
    left = set(Contact.unscoped.values_list("username", flat=True))
    assert left <= set(names[:4])  # who was added again after the erasure
    assert replaying.replay([ledger.path()], since).erased == 0
    assert set(Contact.unscoped.values_list("username", flat=True)) == left
    assert [each for each in ledger.read(ledger.path(), since) if isinstance(each, ledger.Unreadable)] == []


def test_a_ledger_that_is_cut_anywhere_says_all_that_is_whole(ours: Api, upsert: Upsert, data_folder: Path) -> None:
    ids = [upsert(username=name)["id"] for name in ("anna", "bobby", "carol")]
    for contact_id in ids:
        ours.delete(f"/v1/contacts/{contact_id}")
    whole, since = ledger.path().read_bytes(), clock.now() - timedelta(hours=1)
    copy = data_folder / "copy"
    for length in range(len(whole) + 1):
        copy.write_bytes(whole[:length])
        lines = whole[:length].split(b"\n")
        complete = len([line for line in whole.split(b"\n")[:3] if line in lines])
        read = list(ledger.read(copy, since))
        assert [each.contact_id for each in read if isinstance(each, ledger.Entry)] == ids[:complete]
        torn = [each.place for each in read if isinstance(each, ledger.Unreadable) and each.torn]
        assert (len(read) - complete, torn) == ((1, [f"{copy}:{complete + 1}"]) if len(read) > complete else (0, []))


@pytest.mark.parametrize("damaged", [b"\0" * 300, b"\xff\xfe{", b"{}", b"[" * 100_000, b'"text"', b"null", b"1e999"])
def test_a_damaged_line_hides_no_other(
    ours: Api, upsert: Upsert, replay: Replay, damaged: bytes, data_folder: Path
) -> None:
    person = Contact.unscoped.get(pk=upsert(username="sarah")["id"])
    ours.delete(f"/v1/contacts/{person.pk}")
    restore(person)
    ledger.path().write_bytes(damaged + b"\n" + ledger.path().read_bytes())
    with pytest.raises(CommandError, match=rf"all others were repeated: {ledger.path()}:1$"):
        replay()
    assert not Contact.unscoped.exists()


@pytest.mark.parametrize(
    "damage", [{"contact_id": "a\0b"}, {"workspace": {"id": 10**30, "slug": "acme"}}, {"digests": ["ff\0"]}]
)
def test_values_that_no_erasure_has_stop_no_replay(
    ours: Api, upsert: Upsert, replay: Replay, damage: dict[str, Any]
) -> None:
    person = Contact.unscoped.get(pk=upsert(username="sarah")["id"])
    ours.delete(f"/v1/contacts/{person.pk}")
    restore(person)
    [line] = ledger.path().read_text().splitlines()
    ledger.path().write_text(f"{json.dumps(json.loads(line) | damage)}\n{line}\n")
    with contextlib.suppress(CommandError):
        replay()
    assert not Contact.unscoped.exists()


def test_the_ledger_of_another_installation_erases_nobody(
    ours: Api, upsert: Upsert, replay: Replay, data_folder: Path, settings: Any
) -> None:
    """Its workspace may have the same id and name: the ids of contacts are random, and its digests have another key."""
    ours_key, settings.SECRET_KEY = settings.SECRET_KEY, "another key, of another installation, long enough for all"
    theirs = upsert(username="sarah", email="sarah@example.com", opted_out=True)
    ours.delete(f"/v1/contacts/{theirs['id']}")
    foreign = data_folder / "foreign"
    ledger.path().rename(foreign)
    settings.SECRET_KEY = ours_key
    Erasure.unscoped.all().delete()
    OptOut.unscoped.all().delete()
    person = upsert(username="sarah", email="sarah@example.com")
    Contact.unscoped.update(created_at=clock.now() - timedelta(days=1))
    assert replay("--ledger", str(foreign))["erased"] == 0
    again = ours.get(f"/v1/contacts/{person['id']}").json()
    assert (again["username"], again["opted_out"]) == ("sarah", False)
