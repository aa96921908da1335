"""Replies: which outgoing message an incoming one belongs to, and whether a person or a machine has answered."""

from datetime import timedelta
from hashlib import blake2b

from messaging.models import Account, AccountKind, Direction, Message, Status

REPLY_WINDOW = timedelta(days=30)
AUTO_REPLY_WITHIN = timedelta(seconds=3)
SAME_TEXT_WINDOW = timedelta(hours=24)
SAME_TEXT_CONTACTS = 3
# Shorter texts, such as "Yes, please", come from several people who all wrote them themselves.
SAME_TEXT_MIN_LENGTH = 20
SAME_TEXT_ROWS = 50


def classify(message: Message, account: Account, *, reply_to: int | None, is_automatic: bool) -> None:
    """Set ``in_reply_to``, ``auto_reply`` and ``text_digest`` of an incoming message that is not stored yet.

    ``reply_to`` is Telegram's id of the message it quotes. ``is_automatic``: it is known to be an auto-reply. Any other
    answer to a sandbox counts as a person's. The caller holds the lock on the contact. Of the message in
    ``in_reply_to``, ``source`` and ``sent_at`` are loaded.
    """
    message.auto_reply = is_automatic
    answered = _answered(message, account, reply_to)
    if answered is None:
        return
    message.in_reply_to = answered
    if account.kind == AccountKind.SANDBOX or message.sent_at is None or answered.sent_at is None:
        return
    # Telegram's times are whole seconds of its own clock, so an answer may seem to be older than its message.
    is_fast = abs(message.sent_at - answered.sent_at) <= AUTO_REPLY_WITHIN
    message.text_digest = text_digest(message.text)
    message.auto_reply = is_automatic or is_fast or _came_from_many(message)


def _answered(message: Message, account: Account, reply_to: int | None) -> Message | None:
    """The sent message that this one quotes, whatever its age, else the latest one before it within 30 days.

    Telegram numbers the messages of an account in their order, so its ids tell what came before more exactly than two
    clocks. They also find the row by an index. In a sandbox the time decides.
    """
    sent = Message.objects.for_workspace(message.workspace_id)
    sent = sent.filter(thread_id=message.thread_id, direction=Direction.OUT, status=Status.SENT)
    sent = sent.only("id", "sent_at", "source")
    quoted = None if reply_to is None else sent.filter(telegram_message_id=reply_to).first()
    if quoted is not None or message.sent_at is None:
        return quoted
    # An answer is given to a person, not to the account's own away message, which comes within a second.
    recent = sent.filter(sent_at__gte=message.sent_at - REPLY_WINDOW, auto_reply=False)
    if account.kind == AccountKind.SANDBOX:
        return recent.filter(sent_at__lte=message.sent_at).order_by("-sent_at", "-id").first()
    return recent.filter(telegram_message_id__lt=message.telegram_message_id).order_by("-telegram_message_id").first()


def text_digest(text: str) -> int | None:
    """A 64-bit number that equal texts have in common; None if the text is too short to be compared."""
    stripped = text.strip()
    if len(stripped) < SAME_TEXT_MIN_LENGTH:
        return None
    return int.from_bytes(blake2b(stripped.encode(), digest_size=8).digest(), signed=True)


def _came_from_many(message: Message) -> bool:
    """Whether at least three contacts, this one included, answered the account with this text within 24 hours.

    At most 50 rows of an index are read. The first two answers were counted as a person's and stay so.
    """
    if message.text_digest is None or message.sent_at is None:
        return False
    same = Message.objects.for_workspace(message.workspace_id).filter(
        account_id=message.account_id,
        text_digest=message.text_digest,
        sent_at__gt=message.sent_at - SAME_TEXT_WINDOW,
    )
    same = same.exclude(contact_id=message.contact_id).order_by("-sent_at")
    return len(set(same.values_list("contact_id", flat=True)[:SAME_TEXT_ROWS])) >= SAME_TEXT_CONTACTS - 1
