"""How an account's connection is doing, as the API and the panel show it. This runs in database threads."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import QuerySet

from crmsolid.core import clock
from crmsolid.core.sql import bulk
from messaging.models import AccountLease, TelegramSession

# The error when Telegram refuses several people for one unknown reason, and how long the account pauses then.
REPEATED_REFUSAL = "repeated_refusal"
REFUSED_PAUSE_SECONDS = 600.0


def record_error(account_id: int, code: str, message: str) -> None:
    """Keep the latest error that concerned the account as a whole, not a single message or recipient.

    ``code`` is stable, such as ``api_id_invalid``. ``message`` is a sentence of ours or one of Telegram's names;
    members of the workspace read it, so it must have no secret and no text of an exception. Both are cut to fit.
    """
    TelegramSession.unscoped.filter(account_id=account_id).update(
        last_error_code=code[:40], last_error_message=message[:200], last_error_at=clock.now()
    )


def record_connected(worker: str, account_ids: Collection[int]) -> None:
    """The connections of these accounts are ready. Accounts that the worker does not hold are left out."""
    _held_by(worker, account_ids).update(connected_at=clock.now())


def record_disconnected(worker: str, account_ids: Collection[int]) -> None:
    """The connections of these accounts have ended. An account that another worker holds meanwhile is left out."""
    _held_by(worker, account_ids).update(connected_at=None, disconnected_at=clock.now())


def _held_by(worker: str, account_ids: Collection[int]) -> "QuerySet[TelegramSession]":
    leases = AccountLease.unscoped.filter(worker=worker, account_id__in=account_ids)
    return TelegramSession.unscoped.filter(account_id__in=leases.values("account_id"))


def record_heard(heard: Mapping[int, datetime]) -> None:
    """When each of these accounts last heard from Telegram, in one statement."""
    table = TelegramSession._meta.db_table
    bulk.run(
        f"UPDATE {table} SET heard_at = heard_time FROM {bulk.rows_source({'heard_id': 'int', 'heard_time': 'time'})}"
        " WHERE account_id = heard_id",
        [bulk.rows_parameter(list(heard.items()))],
    )
