"""Answers of members: sent once however often their form arrives, previewed, and sent again when they have failed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Exists, OuterRef

from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace
from messaging import notices, querysets, services, texts
from messaging.alerts import recording
from messaging.broadcasts.message_source import SOURCE as BROADCAST
from messaging.formatting.entities import Formatted, from_json
from messaging.formatting.source import with_unix_lines
from messaging.models import Direction, Format, Message, Status, WrittenMessage
from messaging.sending import attaching, message_text, quoting
from messaging.threads import drafts
from messaging.threads.services.reading import find_thread


class WrittenBefore(DomainError):
    """``stored`` has the id of the message that was to be sent, and other content, another account or recipient."""

    def __init__(self, stored: Message) -> None:
        super().__init__("invalid_state", "it was sent before, with another text or to somebody else")
        self.stored = stored


class AnsweredMeanwhile(DomainError):
    """``answer`` is what somebody else has written to the contact since the member's page was made."""

    def __init__(self, answer: Message) -> None:
        super().__init__("invalid_state", "somebody else has answered meanwhile; read it first")
        self.answer = answer


# So many of the latest messages of a thread are looked through for an answer of somebody else.
LOOKED_THROUGH = 200


def find_other_answer(actor: Actor, thread_id: str, *, until: datetime | None = None) -> Message | None:
    """The latest answer in the thread that was not written by this member in the panel: by another member, an API
    client, an assistant, or on the phone; also one that is planned. What sequences, broadcasts and rules send is no
    answer, and neither is what failed or was canceled. With ``until``, of the messages created until then.

    Errors: ``scope_missing``.
    """
    actor.require(Scope.READ_MESSAGES)
    rows = Message.objects.for_workspace(actor.workspace).filter(thread=thread_id)
    if until is not None:
        rows = rows.filter(created_at__lte=until)
    latest = rows.order_by("-created_at", "-id").values("pk")[:LOOKED_THROUGH]
    answers = Message.objects.for_workspace(actor.workspace).filter(
        pk__in=latest, direction=Direction.OUT, source__in=["direct", "phone"], auto_reply=False
    )
    answers = answers.exclude(status__in=[Status.FAILED, Status.CANCELED])
    if actor.subject.kind == "user":
        own = WrittenMessage.objects.for_workspace(actor.workspace).filter(
            message=OuterRef("pk"), author=int(actor.subject.id)
        )
        answers = answers.filter(~Exists(own))
    answer: Message | None = answers.order_by("-created_at", "-id").first()
    return answer


def reply(actor: Actor, thread_id: str, **message: Any) -> Message:
    """Send a message to the thread's contact from its account; ``message`` as for :func:`begin`, also the errors."""
    actor.require(Scope.WRITE_MESSAGES)
    thread = find_thread(actor.workspace, thread_id)
    return begin(actor, account_id=thread.account_id, contact_id=thread.contact_id, **message)


def begin(actor: Actor, *, text: str, format: str = Format.PLAIN, message_id: str = "", **message: Any) -> Message:
    """:func:`messaging.services.send_message` with an entry in the audit log, for what a member writes.

    Of calls with the same ``message_id``, also at the same time, one sends the message and all return it.
    ``answer_seen`` is the id of the latest answer by somebody else that the member has seen, empty for none: a later
    one is :class:`AnsweredMeanwhile`, and nothing is stored. None: it does not matter. ``templates`` are the ids of
    those that it was made from, whose uses are counted. Runs in no unit of work of its caller.

    Errors: as ``send_message``; :class:`WrittenBefore`.
    """
    actor.require(Scope.WRITE_MESSAGES)
    try:
        return _begin(actor, text=text, format=format, message_id=message_id, **message)
    except (DomainError, IntegrityError):
        rows = Message.objects.for_workspace(actor.workspace).filter(pk=message_id, direction=Direction.OUT)
        stored: Message | None = rows.select_related("contact").first()
        if stored is None:
            raise
    if not (
        _has_text(stored, text, format)
        and _has_files(stored, message.get("attachments", ()))
        and _quotes(stored, message.get("reply_to", ""), message.get("quote", ""))
        and stored.account_id == message["account_id"]
        and _is_to(stored, message.get("to"), message.get("contact_id"))
    ):
        raise WrittenBefore(stored)
    return stored


def _is_to(message: Message, to: str | None, contact_id: str | None) -> bool:
    if to is None:
        return bool(message.contact_id == contact_id)
    return bool(message.recipient == str(services.parse_recipient(to)))


def _has_text(message: Message, text: str, format: str) -> bool:
    """Whether the message was made of this text, as far as that can be told once its variables are filled in."""
    if message.format != format:
        return False
    if not message.rendered:
        return bool(message.text == with_unix_lines(text))
    try:
        rendered = message_text.render_for(message.contact, text, format, caption=message.kind != "text")
    except ValueError:
        return False
    return rendered == Formatted(message.text, from_json(message.entities))


def _has_files(message: Message, file_ids: Sequence[str]) -> bool:
    stored = message.attachments.order_by("position").values_list("file_id", flat=True)
    return list(stored) == list(file_ids)


def _quotes(message: Message, reply_to: str, quote: str) -> bool:
    return (message.reply_to_id or "", message.quote) == (reply_to, with_unix_lines(quote))


@unit_of_work()
def _begin(actor: Actor, *, answer_seen: str | None = None, templates: Sequence[int] = (), **message: Any) -> Message:
    texts.count_uses(actor, templates)
    sent = services.send_message(actor, **message)
    if answer_seen is not None:
        # The thread's row is locked by now: of two who answer at the same moment, the second finds the first's answer.
        _check_seen(actor, sent.thread_id, answer_seen)
    drafts.drop(actor, sent.thread_id, sent.pk)
    audit.record(actor, "message.accepted", sent.pk, thread=sent.thread_id)
    notices.tell_changed(actor.workspace.pk, sent.thread_id)
    recording.mark_seen(actor, sent.thread_id)
    return sent


def _check_seen(actor: Actor, thread_id: str, answer_seen: str) -> None:
    answer = find_other_answer(actor, thread_id)
    if answer is None or answer.pk == answer_seen:
        return
    rows = Message.objects.for_workspace(actor.workspace).filter(pk=answer_seen.replace("\0", ""), thread=thread_id)
    seen: Message | None = rows.first()
    if seen is None or (seen.created_at, seen.pk) < (answer.created_at, answer.pk):
        raise AnsweredMeanwhile(answer)


def preview_text(actor: Actor, contact_id: str, *, text: str, format: str = Format.PLAIN) -> Formatted:
    """The text as this contact would get it.

    Errors: ``scope_missing``, ``not_found``; ``validation_failed``, also for a variable without value and fallback.
    """
    actor.require(Scope.READ_CONTACTS)
    contact = Contact.objects.for_workspace(actor.workspace).get_or_not_found(contact_id)
    return message_text.preview_for(actor.workspace, contact, text, format)


@unit_of_work()
def retry_message(actor: Actor, message_id: str) -> Message:
    """Send a new message in place of one that has failed and certainly did not arrive. Returns the new one.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) for any other message; as
    :func:`messaging.services.send_message`.
    """
    actor.require(Scope.WRITE_MESSAGES)
    account_id = services.get_message(actor, message_id).account_id
    services.lock_account(actor, account_id)  # two who retry the same message do it one after the other
    failed = services.get_message(actor, message_id)
    if failed.status != Status.FAILED:
        raise DomainError("invalid_state", f"the message is {failed.status}; only a failed one can be sent again")
    if failed.source == BROADCAST:
        raise DomainError("invalid_state", "it belongs to a broadcast; send it again on the page of the broadcast")
    if not find_retryable(actor.workspace, [failed]):
        raise DomainError("invalid_state", "it was sent again already, or may have arrived after all")
    attachments, send_as = attaching.as_before(failed)
    reply_to, quote = quoting.as_before(failed)
    again = services.queue_message(
        actor,
        account_id=account_id,
        contact_id=failed.contact_id,
        text=failed.text,
        format=failed.format,
        entities=failed.entities,
        link_preview=failed.link_preview,
        rendered=failed.rendered,
        attachments=attachments,
        send_as=send_as,
        reply_to=reply_to,
        quote=quote,
        retry_of_id=failed.pk,
    )
    audit.record(actor, "message.retried", failed.pk, message=again.pk)
    notices.tell_changed(again.workspace_id, again.thread_id)
    return again


def find_retryable(workspace: Workspace, messages: Iterable[Message]) -> set[str]:
    """The ids of those of these messages that have failed, certainly did not arrive, and were not sent again yet."""
    failed = [each.pk for each in messages if each.status == Status.FAILED and each.source != BROADCAST]
    if not failed:
        return set()
    rows = Message.objects.for_workspace(workspace)
    retried = rows.filter(retry_of=OuterRef("pk"))
    unsent = rows.filter(querysets.surely_unsent(), ~Exists(retried), pk__in=failed)
    return set(unsent.values_list("pk", flat=True))
