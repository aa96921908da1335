"""The sessions of a user."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces import purging, sessions
from crmsolid.workspaces.models import AuditEntry, User, UserSession
from tests.tenants import Tenants


def signed_in(user: User, browser: str = "tests") -> Client:
    client = Client(headers={"user-agent": browser})
    client.force_login(user)
    return client


def key_of(client: Client) -> str:
    key = client.session.session_key
    assert key is not None
    return key


def test_the_list_has_this_session_first_and_no_ended_ones(tenants: Tenants) -> None:
    here, there, over = (signed_in(tenants.owner) for _ in range(3))
    signed_in(tenants.stranger)
    Session.objects.filter(pk=key_of(over)).update(expire_date=clock.now())
    shown = sessions.list_sessions(tenants.owner, key_of(here))
    assert [each.is_current for each in shown] == [True, False]
    assert {each.id for each in shown} == {
        UserSession.objects.get(session_key=key_of(client)).pk for client in (here, there)
    }
    assert key_of(here) not in repr(shown) + repr(UserSession.objects.first())


def test_one_session_is_ended(tenants: Tenants) -> None:
    here, there = signed_in(tenants.owner), signed_in(tenants.owner)
    row = UserSession.objects.get(session_key=key_of(there))
    sessions.end_session(tenants.owner, row.pk, ip="203.0.113.1")
    assert list(Session.objects.values_list("pk", flat=True)) == [key_of(here)]
    with pytest.raises(DomainError, match="ended already"):
        sessions.end_session(tenants.owner, row.pk, ip=None)
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="user.session_ended")
    assert (entry.ip, entry.data) == ("203.0.113.1", {})


def test_nobody_ends_the_session_of_another_user(tenants: Tenants) -> None:
    theirs = signed_in(tenants.stranger)
    row = UserSession.objects.get(session_key=key_of(theirs))
    with pytest.raises(DomainError, match="not_found"):
        sessions.end_session(tenants.owner, row.pk, ip=None)
    assert sessions.end_other_sessions(tenants.owner, None) == 0
    assert Session.objects.filter(pk=key_of(theirs)).exists()


def test_all_others_are_ended(tenants: Tenants) -> None:
    here = signed_in(tenants.owner)
    signed_in(tenants.owner)
    signed_in(tenants.owner)
    assert sessions.sign_out_elsewhere(tenants.owner, key_of(here), ip=None) == 2
    assert sessions.sign_out_elsewhere(tenants.owner, key_of(here), ip=None) == 0
    assert [each.is_current for each in sessions.list_sessions(tenants.owner, key_of(here))] == [True]
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="user.sessions_ended")
    assert entry.data == {"ended": 2}


def test_what_is_left_of_ended_sessions_is_purged(tenants: Tenants) -> None:
    here, over = signed_in(tenants.owner), signed_in(tenants.owner)
    Session.objects.filter(pk=key_of(over)).update(expire_date=clock.now() - timedelta(minutes=1))
    purging.purge()
    assert list(Session.objects.values_list("pk", flat=True)) == [key_of(here)]
    assert UserSession.objects.count() == 2  # its session could be about to be committed
    UserSession.objects.update(last_used_at=clock.now() - timedelta(days=2))
    purging.purge()
    assert UserSession.objects.get().session_key == key_of(here)
