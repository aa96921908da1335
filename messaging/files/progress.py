"""How far the files of messages are on their way to Telegram."""

from collections import defaultdict
from collections.abc import Iterable

from messaging.models import Attachment, Message, TelegramUpload, UploadState

# As :mod:`messaging.telegram.upload_requests` sends them; it loads Telethon, so it is not imported here.
PART_BYTES = 512 * 1024


def upload_progress(messages: Iterable[Message]) -> dict[str, float]:
    """By id, for those of these messages that await their upload, which share of their bytes is at Telegram: 0.0 to
    1.0. One query for the files and one for the uploads, or none if no message waits."""
    waiting = [message.pk for message in messages if message.awaits_upload]
    if not waiting:
        return {}
    parts = Attachment.unscoped.filter(message__in=waiting).values_list(
        "message_id", "account_id", "file_id", "kind", "file__size"
    )
    rows = list(parts)
    uploads = TelegramUpload.unscoped.filter(
        account__in={account_id for _, account_id, *_ in rows}, file__in={file_id for _, _, file_id, *_ in rows}
    )
    arrived = {
        (row.account_id, row.file_id, row.kind): None if row.state == UploadState.READY else row.parts_sent * PART_BYTES
        for row in uploads
    }
    sent: dict[str, int] = defaultdict(int)
    total: dict[str, int] = defaultdict(int)
    for message_id, account_id, file_id, kind, size in rows:
        there = arrived.get((account_id, file_id, kind), 0)
        sent[message_id] += size if there is None else min(there, size)
        total[message_id] += size
    return {message_id: sent[message_id] / total[message_id] if total[message_id] else 0.0 for message_id in waiting}
