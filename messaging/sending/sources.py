"""What makes messages by itself, such as a sequence, decides on them once more at the claim and learns their outcome.

A message's ``source`` names it. Messaging is the lower layer, so the apps above register theirs. A source
whose app is not there lets its messages pass.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Manager, Value
from django.db.models.functions import Least

from contacts.models import Contact
from crmsolid.core.extension_points import ExtensionPoint
from messaging.models import Message, WaitingFor


@dataclass(frozen=True, slots=True)
class Cancel:
    """Do not send the message. ``reason`` becomes its ``error``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postpone:
    """Send the message at this time or later, and say why."""

    until: datetime
    delayed_by: WaitingFor


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a contact to the message ``message_id``. ``automatic``: a machine wrote it. ``opts_out``: it is an
    opt-out word."""

    message_id: str
    at: datetime
    automatic: bool
    opts_out: bool


class MessageSource(Protocol):
    """The part of an app that makes messages."""

    def check(self, messages: Sequence[Message], contacts: Mapping[str, Contact]) -> Mapping[str, Cancel | Postpone]:
        """Those of these messages, by id, that must not be sent now. Called at the claim, under the locks of the
        accounts and messages; it must lock nothing. ``contacts`` are theirs, by id, as they are now."""

    def settled(self, messages: Sequence[Message]) -> None:
        """These messages have got their final status. Called in the transaction that writes it, under the messages'
        locks; it must lock only rows that come after messages in the order of locks."""

    def answered(self, answer: Answer) -> None:
        """A contact has answered one of the source's messages. Called in the transaction that stores the answer; it
        must lock only rows that come after messages in the order of locks."""


# By the ``source`` of the messages.
registry: ExtensionPoint[MessageSource] = ExtensionPoint("sources of messages")


def check(messages: Sequence[Message], contacts: Mapping[str, Contact]) -> dict[str, Cancel | Postpone]:
    """What the sources say of these messages: see :meth:`MessageSource.check`."""
    decisions: dict[str, Cancel | Postpone] = {}
    for source, of_source in _by_source(messages).items():
        decisions |= registry[source].check(of_source, contacts)
    return decisions


def settled(messages: Sequence[Message]) -> None:
    """Tell the sources of these messages that they are sent, failed or canceled."""
    for source, of_source in _by_source(messages).items():
        registry[source].settled(of_source)


def answered(source: str, answer: Answer) -> None:
    """Tell the source of a message that a contact has answered it."""
    if source in registry:
        registry[source].answered(answer)


def record_answer(rows: "Manager[Any]", answer: Answer) -> None:
    """Write the answer into that of the rows with the message's id: ``replied_at`` or ``auto_replied_at``, and
    ``opted_out_at``. A time that is there is only replaced by an earlier one: answers may arrive in any order."""
    columns = ["auto_replied_at" if answer.automatic else "replied_at", *(["opted_out_at"] if answer.opts_out else [])]
    # PostgreSQL's LEAST passes over NULL.
    rows.filter(message=answer.message_id).update(**{name: Least(name, Value(answer.at)) for name in columns})


def _by_source(messages: Sequence[Message]) -> dict[str, list[Message]]:
    by_source: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        if message.source in registry:
            by_source[message.source].append(message)
    return by_source
