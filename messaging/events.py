"""The events that messaging publishes. Each carries the message as REST shows it."""

from crmsolid.events.catalogue import declare
from messaging.representations import MessageOut

_MESSAGE = MessageOut.data_schema()

MESSAGE_SENT = declare(
    "message.sent", "A message has arrived, or was typed on the account's own phone.", message=_MESSAGE
)
MESSAGE_FAILED = declare("message.failed", "A message will not be sent; `error` says why.", message=_MESSAGE)
MESSAGE_RECEIVED = declare("message.received", "Somebody has written to one of the accounts.", message=_MESSAGE)
