"""The e-mail to whoever was not there."""

from typing import Any

import pytest
from django.core import mail

from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.workspaces import email
from crmsolid.workspaces.models import Membership, OutgoingEmail, Role
from messaging.alerts import recording, telling
from messaging.models import Account, Alert, Thread
from tests.messaging.alerts.helpers import actor_of, choose, hear
from tests.messaging.conftest import FrozenTime
from tests.tenants import Tenants
from tests.threads import run_together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.EMAIL_HOST = "smtp.example.com"
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.com", "https://crm.example.com"]


def test_one_digest_tells_what_nobody_answered_for_a_while(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    hear(sandbox, "Is it open?", "alice")
    frozen_time.forward(minutes=2)
    hear(sandbox, "And on Sunday?", "bob")
    frozen_time.forward(minutes=12)
    assert telling.mail_due() == 0
    frozen_time.forward(minutes=4)
    assert (telling.mail_due(), telling.mail_due()) == (1, 0)
    assert email.send_due() == 1
    (sent,) = mail.outbox
    first = Alert.unscoped.order_by("pk")[0]
    assert (sent.to, sent.subject) == (["owner@acme.example"], "2 conversations wait for you")
    assert f"- @alice (Acme): Is it open?\n  https://crm.example.com/panel/live/alerts/{first.pk}/" in sent.body
    assert "- @bob (Acme): And on Sunday?" in sent.body


def test_the_next_digest_comes_after_15_minutes(tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    choose(tenants.owner, tenants.workspace, email_after=5)
    hear(sandbox, who="alice")
    frozen_time.forward(minutes=6)
    assert telling.mail_due() == 1
    hear(sandbox, who="bob")
    frozen_time.forward(minutes=6)
    assert telling.mail_due() == 0
    frozen_time.forward(minutes=10)
    assert telling.mail_due() == 1
    assert OutgoingEmail.objects.count() == 2


@pytest.mark.parametrize("reason", ["seen", "answered", "there", "never", "test", "no server", "quiet"])
def test_nothing_is_mailed(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime, settings: Any, reason: str
) -> None:
    account = tenants.sandbox(tenants.twin) if reason == "test" else sandbox
    thread_id = hear(account).thread_id
    match reason:
        case "seen":
            recording.mark_seen(actor_of(tenants.owner, tenants.workspace), thread_id)
        case "answered":
            Thread.unscoped.filter(pk=thread_id).update(waiting_since=None)
        case "there":
            frozen_time.forward(minutes=1)
            Membership.unscoped.filter(user=tenants.owner).update(last_seen_at=clock.now())
        case "never":
            choose(tenants.owner, tenants.workspace, email_after=None)
        case "no server":
            settings.EMAIL_HOST = ""
    frozen_time.forward(minutes=20)
    if reason == "quiet":
        now = frozen_time.now
        later = now.replace(hour=(now.hour + 2) % 24)
        choose(tenants.owner, tenants.workspace, quiet_from=now.time(), quiet_until=later.time())
    assert telling.mail_due() == 0
    assert not OutgoingEmail.objects.exists()


def test_a_member_who_was_removed_is_mailed_nothing(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    agent = tenants.member(Role.AGENT)
    hear(sandbox)
    Membership.unscoped.filter(user=agent).delete()
    frozen_time.forward(minutes=20)
    assert telling.mail_due() == 1
    assert OutgoingEmail.objects.get().to == "owner@acme.example"


def test_texts_can_be_left_out(tenants: Tenants, sandbox: Account, frozen_time: FrozenTime, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS, settings.ALLOWED_HOSTS = [], ["*"]
    choose(tenants.owner, tenants.workspace, texts=False)
    hear(sandbox, "secret")
    frozen_time.forward(minutes=20)
    assert telling.mail_due() == 1
    email.send_due()
    assert "- @alice (Acme): New message\n" in mail.outbox[0].body
    assert "secret" not in f"{mail.outbox[0].body}{mail.outbox[0].subject}"


@pytest.mark.django_db(transaction=True)
def test_many_processes_mail_once(tenants: Tenants, sandbox: Account, frozen_time: FrozenTime) -> None:
    hear(sandbox)
    frozen_time.forward(minutes=20)
    assert sum(run_together([telling.mail_due] * 4)) == 1
    assert OutgoingEmail.objects.count() == 1


def test_an_erased_contact_is_named_in_no_email_that_waits(
    tenants: Tenants, sandbox: Account, frozen_time: FrozenTime
) -> None:
    erased = hear(sandbox, "My address is 1 Main Street", "alice")
    hear(sandbox, "Is it open?", "bob")
    email.queue_email(tenants.owner.email, "Password changed", "password_changed", ip=None, assistants=0)
    frozen_time.forward(minutes=20)
    assert telling.mail_due() == 1
    erase_contact(actor_of(tenants.owner, tenants.workspace), erased.contact_id)
    assert [each.subject for each in OutgoingEmail.objects.all()] == ["Password changed"]
    assert telling.mail_due() == 1
    assert email.send_due() == 2
    assert mail.outbox[1].subject == "@bob waits for you"
    assert "alice" not in mail.outbox[1].body and "Main Street" not in mail.outbox[1].body
