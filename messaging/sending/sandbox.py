"""The gateway of sandbox accounts: the whole sending pipeline without Telegram.

It delivers into a table of its own, once per ``random_id``, as Telegram would. A recipient whose username starts with
one of these forces a result:

``@fail_privacy``   refused for good, ``privacy_restricted``
``@fail_notfound``  refused for good, ``recipient_not_found``
``@flood_wait``     the first attempt must wait 30 s (``@flood_wait_5``: 5 s), the next one is delivered
``@reply``          delivered, then replies, so that ``message.received`` can be tried
"""

import re

from django.db import connection, transaction

from crmsolid.core import clock
from crmsolid.core.sql.table import Table
from messaging import inbox
from messaging.models import SandboxDelivery, Status
from messaging.sending.gateway import Delivered, Outgoing, SendError

_FLOOD_WAIT = re.compile(r"@flood_wait(?:_?([0-9]{1,5}))?", re.IGNORECASE)
DEFAULT_FLOOD_SECONDS = 30
REPLIES_BATCH = 100

_deliveries = Table(SandboxDelivery)


class SandboxGateway:
    """See the module. Any worker may send for a sandbox account."""

    needs_account_worker = False

    def queue(self, account_id: int) -> str | None:
        return None

    def send(self, outgoing: Outgoing) -> Delivered:
        recipient = outgoing.recipient.lower()
        if recipient.startswith("@fail_privacy"):
            raise SendError("privacy_restricted", "the recipient accepts no messages from strangers", permanent=True)
        if recipient.startswith("@fail_notfound"):
            raise SendError("recipient_not_found", "nobody has this username", permanent=True)
        flood_wait = _FLOOD_WAIT.match(recipient)
        if flood_wait and outgoing.attempt == 1:
            raise SendError("flood_wait", retry_after=int(flood_wait[1] or DEFAULT_FLOOD_SECONDS))
        row = SandboxDelivery(
            workspace_id=outgoing.workspace_id,
            account_id=outgoing.account_id,
            message_id=outgoing.message_id,
            random_id=outgoing.random_id,
            reply_pending=recipient.startswith("@reply"),
            at=clock.now(),
        )
        is_new = _deliveries.insert([row], conflict="(account_id, random_id) DO NOTHING") == 1
        key = [outgoing.account_id, outgoing.random_id]
        delivery = _deliveries.select("account_id = %s AND random_id = %s", key)[0]
        return Delivered(delivery.outgoing_id, duplicate=not is_new)

    def after_sent(self, outgoing: Outgoing) -> None:
        if outgoing.recipient.lower().startswith("@reply"):
            send_pending_replies()


def send_pending_replies() -> int:
    """Write the replies of ``@reply`` recipients, once each, and return their number.

    The sweep runs this too, for replies that a crash prevented.
    """
    replied = 0
    pending = SandboxDelivery.unscoped.filter(reply_pending=True, message__status=Status.SENT)
    for pk in list(pending.order_by("id").values_list("pk", flat=True)[:REPLIES_BATCH]):
        replied += _reply(pk)
    return replied


@transaction.atomic
def _reply(pk: int) -> int:
    rows = SandboxDelivery.unscoped.select_related("message__account", "message__contact")
    rows = rows.filter(pk=pk, reply_pending=True)
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    delivery = rows.first()
    if delivery is None or delivery.message.status != Status.SENT:
        return 0
    contact = delivery.message.contact
    inbox.receive(
        delivery.message.account,
        inbox.Incoming(
            telegram_message_id=delivery.outgoing_id + 1,
            username=contact.username or None,
            telegram_id=contact.telegram_id,
            name=contact.name,
            text=f"You said: {delivery.message.text}"[:4096],
            at=clock.now(),
        ),
    )
    SandboxDelivery.unscoped.filter(pk=pk).update(reply_pending=False)
    return 1
