"""E-mails are stored with the change that causes them and sent by a worker."""

import logging
from datetime import timedelta
from functools import partial
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction

from crmsolid.core import clock
from crmsolid.workspaces import email
from crmsolid.workspaces.models import OutgoingEmail
from crmsolid.workspaces.tasks import send_email
from tests.threads import run_together

LINK = "https://x/very-secret"


def queue(to: str = "ada@example.com") -> None:
    with transaction.atomic():
        email.queue_email(to, "Hello\r\nBcc: eve@example.com", "password_reset", link=LINK)


def make_due() -> None:
    OutgoingEmail.objects.update(next_attempt_at=clock.now() - timedelta(seconds=1))


def test_it_is_sent_once_and_gone(db: None) -> None:
    queue()
    assert LINK.encode() not in bytes(OutgoingEmail.objects.get().body)
    assert send_email() == 1
    assert send_email() == 0
    assert [(each.to, each.subject) for each in mail.outbox] == [(["ada@example.com"], "Hello Bcc: eve@example.com")]
    assert LINK in mail.outbox[0].body and not OutgoingEmail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_sends_nothing() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue()
        raise ZeroDivisionError
    assert send_email() == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_once_send_it_once() -> None:
    queue()
    assert sum(run_together([partial(email.send_due) for _ in range(4)])) == 1
    assert len(mail.outbox) == 1


def test_a_server_that_fails_is_tried_again_and_then_given_up(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(message: EmailMessage, **options: Any) -> int:
        raise SMTPServerDisconnected(f"cannot send {LINK} to {message.to}")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(EmailMessage, "send", fail)
    queue()
    for attempt in range(1, 5):
        assert send_email() == 0
        assert send_email() == 0  # it is not due yet
        assert OutgoingEmail.objects.get().attempts == attempt
        make_due()
    assert send_email() == 0
    assert not OutgoingEmail.objects.exists()
    assert len(caplog.messages) == 5 and "given up" in caplog.messages[-1]
    assert "secret" not in caplog.text and "ada@" not in caplog.text


def test_one_that_fails_does_not_keep_the_others(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    send = EmailMessage.send

    def fail_for_ada(message: EmailMessage, **options: Any) -> int:
        if message.to == ["ada@example.com"]:
            raise ConnectionRefusedError
        return send(message, **options)

    monkeypatch.setattr(EmailMessage, "send", fail_for_ada)
    queue()
    queue("bob@example.com")
    assert send_email() == 1
    assert mail.outbox[0].to == ["bob@example.com"]
