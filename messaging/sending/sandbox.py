"""The sandbox: the whole pipeline with no Telegram behind it.

It delivers into a table of its own, once per ``random_id``, as Telegram would. Recipients whose username starts
with one of these force an outcome:

``@fail_privacy``   refused for good, ``privacy_restricted``
``@fail_notfound``  refused for good, ``recipient_not_found``
``@flood_wait``     the first attempt must wait 30 s (``@flood_wait_5``: 5 s), the next is delivered
``@reply``          delivered, then answers, so that ``message.received`` can be tried
"""

import re

from django.db import connection, transaction

from crmsolid.core import clock
from crmsolid.core.sql.table import Table
from messaging.models import SandboxDelivery, Status
from messaging.sending.gateway import Delivered, Outgoing, SendError

_FLOOD = re.compile(r"@flood_wait(?:_?([0-9]{1,5}))?", re.IGNORECASE)
DEFAULT_FLOOD_SECONDS = 30

_deliveries = Table(SandboxDelivery)


class SandboxGateway:
    """See the module. Any worker may send for a sandbox account."""

    has_owners = False

    def queue(self, account_id: int) -> str | None:
        return None

    def send(self, outgoing: Outgoing) -> Delivered:
        name = outgoing.recipient.lower()
        if name.startswith("@fail_privacy"):
            raise SendError("privacy_restricted", "the recipient accepts no messages from strangers", permanent=True)
        if name.startswith("@fail_notfound"):
            raise SendError("recipient_not_found", "nobody has this username", permanent=True)
        flood = _FLOOD.match(name)
        if flood and outgoing.attempt == 1:
            raise SendError("flood_wait", retry_after=int(flood[1] or DEFAULT_FLOOD_SECONDS))
        return self._deliver(outgoing, answers=name.startswith("@reply"))

    def _deliver(self, outgoing: Outgoing, *, answers: bool) -> Delivered:
        row = SandboxDelivery(
            workspace_id=outgoing.workspace_id,
            account_id=outgoing.account_id,
            message_id=outgoing.message_id,
            random_id=outgoing.random_id,
            answer_pending=answers,
            at=clock.now(),
        )
        fresh = _deliveries.insert([row], conflict="(account_id, random_id) DO NOTHING") == 1
        found = _deliveries.select("account_id = %s AND random_id = %s", [outgoing.account_id, outgoing.random_id])[0]
        return Delivered(found.outgoing_id, duplicate=not fresh)

    def after_sent(self, outgoing: Outgoing) -> None:
        if outgoing.recipient.lower().startswith("@reply"):
            answer_pending()


def answer_pending() -> int:
    """Let the recipients who owe an answer give it, once each. Also run by the sweep, for answers a crash cut off."""
    answered = 0
    ready = SandboxDelivery.unscoped.filter(answer_pending=True, message__status=Status.SENT)
    for pk in list(ready.order_by("id").values_list("pk", flat=True)[:100]):
        answered += _answer(pk)
    return answered


def _answer(pk: int) -> int:
    from messaging.inbox import Incoming, receive

    with transaction.atomic():
        lock = connection.vendor == "postgresql"
        rows = SandboxDelivery.unscoped.select_related("message__account", "message__contact")
        found = rows.filter(pk=pk, answer_pending=True)
        row = found.select_for_update(skip_locked=True, of=("self",)).first() if lock else found.first()
        if row is None or row.message.status != Status.SENT:
            return 0
        contact = row.message.contact
        receive(
            row.message.account,
            Incoming(
                telegram_message_id=row.outgoing_id + 1,
                username=contact.username or None,
                telegram_id=contact.telegram_id,
                name=contact.name,
                text=f"You said: {row.message.text}"[:4096],
                at=clock.now(),
            ),
        )
        SandboxDelivery.unscoped.filter(pk=pk).update(answer_pending=False)
    return 1
