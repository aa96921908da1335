"""Telegram as the rest of messaging sees it. Light: Telethon is imported only where connections are held."""

from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.telegram import leases

SHARED_QUEUE = "telegram"


def queue_of(owner: str) -> str:
    """Where an owner listens: by the worker's name, so that its next start inherits the queue."""
    return f"{SHARED_QUEUE}.{owner.rpartition('/')[0]}"


class TelegramGateway:
    """Only the owner of an account's connection sends for it; it claims and settles by itself, on its event loop."""

    needs_account_worker = True

    def queue(self, account_id: int) -> str | None:
        owner = leases.owner_of(account_id)
        return queue_of(owner) if owner else None

    def send(self, outgoing: Outgoing) -> Delivered:
        detail = "another worker holds the account's connection"
        raise SendError("not_the_owner", detail, retry_after=1.0, pauses_account=False)

    def after_sent(self, outgoing: Outgoing) -> None:
        """Nothing is left to do."""
