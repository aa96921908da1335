"""The sessions of a user."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.test import Client

from crmsolid.core import clock
from crmsolid.workspaces import purging, sessions
from crmsolid.workspaces.models import User, UserSession
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


def test_what_is_left_of_ended_sessions_is_purged(tenants: Tenants) -> None:
    here, over = signed_in(tenants.owner), signed_in(tenants.owner)
    Session.objects.filter(pk=key_of(over)).update(expire_date=clock.now() - timedelta(minutes=1))
    purging.purge()
    assert list(Session.objects.values_list("pk", flat=True)) == [key_of(here)]
    assert UserSession.objects.count() == 2  # its session could be about to be committed
    UserSession.objects.update(last_used_at=clock.now() - timedelta(days=2))
    purging.purge()
    assert UserSession.objects.get().session_key == key_of(here)
