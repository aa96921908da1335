from datetime import timedelta
from typing import Any

import pytest

from apikeys.models import ApiKey
from apikeys.services import create_key, find_key, record_expired_keys, revoke_key, rotate_key
from contacts.models import Segment
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.models import AuditEntry, Workspace
from tests.tenants import Tenants

HOUR = timedelta(hours=1)


def actions(tenants: Tenants) -> list[str]:
    entries = AuditEntry.objects.for_workspace(tenants.workspace).filter(action__startswith="key.")
    return list(entries.order_by("id").values_list("action", flat=True))


def test_scopes_are_stored_in_a_fixed_order(tenants: Tenants) -> None:
    issued = create_key(tenants.actor(), name=" sender ", scopes=[Scope.WRITE_MESSAGES, Scope.READ_CONTACTS])
    assert issued.key.name == "sender"
    assert issued.key.scopes == ["read:contacts", "write:messages"]
    assert issued.token not in repr(issued)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("203.0.113.9/24", "203.0.113.0/24"),
        ("::ffff:203.0.113.9/120", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("2001:db8::1/32", "2001:db8::/32"),
    ],
)
def test_networks_are_normalized(tenants: Tenants, given: str, kept: str) -> None:
    issued = create_key(tenants.actor(), name="k", scopes=ALL_SCOPES, allowed_networks=[given])
    assert issued.key.allowed_networks == [kept]


def test_a_second_key_with_the_same_id_is_refused(tenants: Tenants) -> None:
    identity = new_id("key")
    create_key(tenants.actor(), name="once", scopes=ALL_SCOPES, new_id=identity)
    with pytest.raises(DomainError) as caught:
        create_key(tenants.actor(), name="twice", scopes=ALL_SCOPES, new_id=identity)
    assert caught.value.code == "invalid_state"
    assert [key.name for key in ApiKey.unscoped.all()] == ["once"]
    assert actions(tenants) == ["key.created"]


def test_a_second_rotation_with_the_same_id_changes_nothing(tenants: Tenants) -> None:
    old, identity = create_key(tenants.actor(), name="old", scopes=ALL_SCOPES).key, new_id("key")
    rotate_key(tenants.actor(), old.id, overlap=HOUR, new_id=identity)
    old.refresh_from_db()
    ends = old.revoked_at
    with pytest.raises(DomainError) as caught:
        rotate_key(tenants.actor(), old.id, overlap=timedelta(0), new_id=identity)
    assert caught.value.code == "invalid_state"
    old.refresh_from_db()
    assert old.revoked_at == ends
    assert ApiKey.unscoped.count() == 2


def test_a_second_rotation_does_not_extend_the_first_overlap(tenants: Tenants) -> None:
    old = create_key(tenants.actor(), name="old", scopes=ALL_SCOPES).key
    rotate_key(tenants.actor(), old.id, overlap=HOUR)
    rotate_key(tenants.actor(), old.id, overlap=48 * HOUR)
    old.refresh_from_db()
    assert old.revoked_at is not None and old.revoked_at <= clock.now() + HOUR


def test_a_key_of_another_workspace_is_not_found(tenants: Tenants) -> None:
    theirs = create_key(tenants.actor(tenants.other), name="theirs", scopes=ALL_SCOPES).key
    for call in (revoke_key, lambda actor, key_id: rotate_key(actor, key_id, overlap=HOUR)):
        with pytest.raises(DomainError, match="no such API key in this workspace"):
            call(tenants.actor(), theirs.id)
    theirs.refresh_from_db()
    assert theirs.state == "active"
    assert ApiKey.unscoped.count() == 1


def test_revoking_twice_writes_one_audit_entry(tenants: Tenants) -> None:
    key = create_key(tenants.actor(), name="k", scopes=ALL_SCOPES).key
    first = revoke_key(tenants.actor(), key.id).revoked_at
    assert revoke_key(tenants.actor(), key.id).revoked_at == first
    assert actions(tenants) == ["key.created", "key.revoked"]


def test_expired_keys_are_recorded_once(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = clock.now() + HOUR
    key = create_key(tenants.actor(), name="k", scopes=ALL_SCOPES, expires_at=soon).key
    create_key(tenants.actor(), name="forever", scopes=ALL_SCOPES)
    gone = create_key(tenants.actor(), name="gone", scopes=ALL_SCOPES, expires_at=soon).key
    revoke_key(tenants.actor(), gone.id)
    assert record_expired_keys() == 0
    later = soon + HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert record_expired_keys() == 1
    assert record_expired_keys() == 0
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="key.expired")
    assert (entry.target, entry.subject_kind) == (key.id, "system")
    key.refresh_from_db()
    assert key.expiry_recorded_at == later


def test_find_key_does_not_accept_a_part_of_a_prefix(tenants: Tenants) -> None:
    key = create_key(tenants.actor(), name="k", scopes=ALL_SCOPES).key
    assert find_key(key.prefix) == key
    with pytest.raises(DomainError, match="there is no such key"):
        find_key(key.prefix[:-1])


def segment_of(workspace: Workspace, name: str = "trial") -> Segment:
    return Segment.unscoped.create(workspace=workspace, name=name, filter={"all": []})


def test_limits_are_kept_and_shown_in_the_audit_log(tenants: Tenants) -> None:
    first, second = tenants.sandbox(), tenants.sandbox()
    limits: dict[str, Any] = {
        "account_ids": [second.pk, first.pk, second.pk],
        "segment_id": segment_of(tenants.workspace).pk,
        "daily_sends": 20,
        "daily_changes": 0,
        "approval": "untrusted",
    }
    key = create_key(tenants.actor(), name="k", scopes=ALL_SCOPES, **limits).key
    kept = {**limits, "account_ids": sorted([first.pk, second.pk])}
    key.refresh_from_db()
    assert {name: getattr(key, name) for name in limits} == kept
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="key.created")
    assert {name: entry.data[name] for name in limits} == kept
    new = rotate_key(tenants.actor(), key.id, overlap=HOUR).key
    assert {name: getattr(new, name) for name in limits} == kept


def test_key_without_limits_has_none_in_the_audit_log(tenants: Tenants) -> None:
    create_key(tenants.actor(), name="k", scopes=ALL_SCOPES)
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="key.created")
    assert sorted(entry.data) == ["name", "prefix", "scopes"]


def test_limits_that_cannot_be_are_refused_by_their_names(tenants: Tenants) -> None:
    """An account and a segment of another workspace, the test twin included, are as unknown as any."""
    own = tenants.sandbox()
    for workspace in (tenants.twin, tenants.other):
        limits: dict[str, Any] = {
            "account_ids": [own.pk, tenants.sandbox(workspace).pk],
            "segment_id": segment_of(workspace).pk,
            "daily_sends": -1,
            "daily_changes": 1_000_001,
            "approval": "some",
        }
        with pytest.raises(DomainError) as caught:
            create_key(tenants.actor(), name="k", scopes=ALL_SCOPES, **limits)
        assert caught.value.code == "validation_failed"
        assert {each.field: each.code for each in caught.value.errors} == {
            "account_ids": "not_found",
            "segment_id": "not_found",
            "daily_sends": "out_of_range",
            "daily_changes": "out_of_range",
            "approval": "invalid_choice",
        }
        (accounts, *_) = caught.value.errors
        assert accounts.detail == f"no account {limits['account_ids'][1]} in this workspace"
    assert not ApiKey.unscoped.exists()
    assert actions(tenants) == []
