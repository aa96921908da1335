"""How an account's connection is doing, as the API and the panel show it. This runs in database threads."""

from crmsolid.core import clock
from messaging.models import TelegramSession


def record_error(account_id: int, code: str, message: str) -> None:
    """Keep the latest error that concerned the account as a whole, not a single message or recipient.

    ``code`` is stable, such as ``api_id_invalid``. ``message`` is a sentence of ours or one of Telegram's names; members
    of the workspace read it, so it must have no secret and no text of an exception. Both are cut to their columns.
    """
    TelegramSession.unscoped.filter(account_id=account_id).update(
        last_error_code=code[:40], last_error_message=message[:200], last_error_at=clock.now()
    )
