"""E-mail: a request stores what is to be sent in its transaction, and a worker sends it afterwards.

An e-mail is sent at least once: a worker that dies between sending it and deleting its row sends it a second time.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string

from crmsolid.core import clock, crypto, doorbell
from crmsolid.workspaces.models import OutgoingEmail

logger = logging.getLogger("crmsolid.email")

TASK = "crmsolid.send_email"
# How long after each attempt the next one is due. The first is also the lease of whoever tries, so it is longer than
# EMAIL_TIMEOUT. The links in an e-mail are of no use after a day.
RETRY_AFTER = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]
BATCH = 50


def queue_email(to: str, subject: str, template: str, **context: Any) -> None:
    """Have the template sent to the address when the caller's transaction has been committed."""
    body = render_to_string(f"email/{template}.txt", context).strip() + "\n"
    # The name of a workspace is part of the subject: a line break there would begin another header.
    subject = " ".join(subject.split())[:200]
    email = OutgoingEmail(to=to, template=template, subject=subject)
    email.body = crypto.encrypt(email, "body", body.encode())
    email.save(force_insert=True)
    transaction.on_commit(lambda: doorbell.ring(TASK))


def send_due() -> int:
    """Send what is due, each e-mail outside of a transaction; returns how many were sent."""
    sent = 0
    due = OutgoingEmail.objects.filter(next_attempt_at__lte=clock.now()).order_by("next_attempt_at", "pk")
    for email in list(due[:BATCH]):
        if _claim(email):
            sent += _send(email)
    return sent


def _claim(email: OutgoingEmail) -> bool:
    """Put the next attempt off, unless another worker has done so first."""
    wait = RETRY_AFTER[min(email.attempts, len(RETRY_AFTER) - 1)]
    rows = OutgoingEmail.objects.filter(pk=email.pk, attempts=email.attempts, next_attempt_at=email.next_attempt_at)
    return bool(rows.update(attempts=F("attempts") + 1, next_attempt_at=clock.now() + wait))


def _send(email: OutgoingEmail) -> bool:
    """Neither the address nor the text is logged, and an error's text may contain them."""
    try:
        body = crypto.decrypt(email, "body").decode()
        EmailMessage(email.subject, body, settings.DEFAULT_FROM_EMAIL, [email.to]).send()
    except (SMTPException, OSError, InvalidToken, ValueError) as error:
        last = email.attempts + 1 >= len(RETRY_AFTER)
        plan = "given up" if last else "will be tried again"
        logger.warning("e-mail %s was not sent (%s), %s", email.pk, type(error).__name__, plan)
        if last:
            email.delete()
        return False
    email.delete()
    return True
