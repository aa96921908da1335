"""The contact behind a Telegram identity, while others make and erase it."""

import itertools

import pytest
from django.db import transaction

from contacts import lookup
from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.workspaces.models import Workspace
from tests.cast import Cast


def blind(monkeypatch: pytest.MonkeyPatch, turns: float) -> None:
    """The first looks come between an erasure and the next birth: they find nobody, and there is somebody."""
    looks, find = itertools.count(1), lookup._find

    def look(workspace: Workspace, username: str | None, telegram_id: int | None) -> Contact | None:
        return None if next(looks) <= turns else find(workspace, username, telegram_id)

    monkeypatch.setattr(lookup, "_find", look)


def test_who_was_made_and_erased_meanwhile_is_looked_for_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    there = Contact.unscoped.create(workspace=cast.workspace, username="Sarah", username_key="sarah")
    blind(monkeypatch, turns=2)
    with transaction.atomic():
        assert lookup.find_or_create(cast.workspace, username="sarah") == there
    assert Contact.unscoped.count() == 1
    assert not Event.unscoped.exists()


def test_it_gives_up_with_an_answer_that_says_retry(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    Contact.unscoped.create(workspace=cast.workspace, username="Sarah", username_key="sarah")
    blind(monkeypatch, turns=float("inf"))
    with transaction.atomic(), pytest.raises(DomainError) as refused:
        lookup.find_or_create(cast.workspace, username="sarah")
    assert refused.value.code == "service_unavailable"
    assert Contact.unscoped.count() == 1
    assert not Event.unscoped.exists()
