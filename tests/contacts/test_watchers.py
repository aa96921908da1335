"""Apps above contacts learn in the same transaction that something about a contact has changed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from contacts import repository, services
from contacts.lookup import find_or_create
from contacts.models import Contact, ContactTag
from crmsolid.core import clock
from messaging.models import Message
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


class Watcher:
    """Records each call, with the names, tags and last answers of the contacts as the database has them then."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.seen: list[Any] = []
        self.fails = False

    def __call__(self, contact_ids: Sequence[str]) -> None:
        self.calls.append(list(contact_ids))
        for contact in Contact.unscoped.filter(pk__in=contact_ids):
            tags = sorted(ContactTag.unscoped.filter(contact=contact).values_list("name", flat=True))
            self.seen.append((contact.name, tags, contact.last_in_at))
        if self.fails:
            raise RuntimeError("a bug of the watcher")


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> Watcher:
    watching = Watcher()
    monkeypatch.setattr(repository, "watchers", {"tests": watching})
    return watching


@pytest.fixture
def contact(tenants: Tenants) -> Contact:
    return services.upsert_contact(tenants.actor(), {"username": "alice", "name": "Alice", "tags": ["old"]}).contact


def test_new_contact_is_not_a_change(watcher: Watcher, contact: Contact) -> None:
    assert watcher.calls == []


def test_watcher_reads_what_was_written(tenants: Tenants, contact: Contact, watcher: Watcher) -> None:
    services.update_contact(tenants.actor(), contact.pk, {"name": "Anna", "tags": ["new", "vip"]})
    services.tag_contact(tenants.actor(), contact.pk, add=["gold"], remove=["new"])
    services.upsert_contact(tenants.actor(), {"username": "alice", "tags": ["blue"]})
    assert watcher.calls == [[contact.pk]] * 3
    assert watcher.seen == [
        ("Anna", ["new", "vip"], None),
        ("Anna", ["gold", "vip"], None),
        ("Anna", ["blue", "gold", "vip"], None),
    ]


def test_nothing_is_told_when_nothing_differs(tenants: Tenants, contact: Contact, watcher: Watcher) -> None:
    services.update_contact(tenants.actor(), contact.pk, {"name": "Alice"})
    services.tag_contact(tenants.actor(), contact.pk, add=["old"])
    find_or_create(tenants.workspace, username="alice")
    assert watcher.calls == []


def test_error_of_a_watcher_undoes_the_change(tenants: Tenants, contact: Contact, watcher: Watcher) -> None:
    watcher.fails = True
    with pytest.raises(RuntimeError):
        services.update_contact(tenants.actor(), contact.pk, {"name": "Anna", "tags": ["new"]})
    contact.refresh_from_db()
    assert contact.name == "Alice"
    assert list(ContactTag.unscoped.values_list("name", flat=True)) == ["old"]


def test_identity_that_telegram_reports_is_a_change(tenants: Tenants, contact: Contact, watcher: Watcher) -> None:
    find_or_create(tenants.workspace, username="alice", telegram_id=5)
    assert watcher.calls == [[contact.pk]]
    second = find_or_create(tenants.workspace, username="alice", telegram_id=6)
    assert watcher.calls == [[contact.pk], [contact.pk]]  # the former contact lost the username
    assert second.pk != contact.pk


def test_incoming_message_is_told_once_with_its_time_written(
    tenants: Tenants, contact: Contact, watcher: Watcher
) -> None:
    account, at = tenants.sandbox(), clock.now()
    message = Incoming(telegram_message_id=1, text="hi", at=at, username="alice")
    receive(account, message)
    receive(account, message)  # it is stored already
    receive(account, Incoming(telegram_message_id=2, text="hi", at=at, username="alice", outgoing=True))
    assert (watcher.calls, watcher.seen) == ([[contact.pk]], [("Alice", ["old"], at)])


def test_error_of_a_watcher_undoes_the_incoming_message(tenants: Tenants, contact: Contact, watcher: Watcher) -> None:
    watcher.fails = True
    at = clock.now() + timedelta(seconds=1)
    with pytest.raises(RuntimeError):
        receive(tenants.sandbox(), Incoming(telegram_message_id=1, text="hi", at=at, username="alice"))
    contact.refresh_from_db()
    assert (Message.unscoped.count(), contact.last_in_at, contact.stage) == (0, None, "new")
