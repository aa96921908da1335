"""The one place that changes the state of an account, with the event that tells of it."""

from datetime import datetime
from itertools import pairwise

from django.db import transaction

from crmsolid.core import clock
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.workspaces.actor import Actor
from messaging import querysets
from messaging.models import Account, AccountState, account_state
from messaging.representations import ACCOUNT_STATE_CHANGED, AccountOut


def set_state(
    who: Actor | int, account: Account, state: AccountState | str, paused_until: datetime | None = None
) -> None:
    """Write the state of an account whose row is locked, and publish ``account.state_changed`` if it is another one.

    ``who`` is as for :func:`~crmsolid.events.publishing.publish`. A pause that has ended by itself is told of first, so
    each event begins with the state that the one before has ended with.
    """
    states = [AccountState(each).value for each in (account.state, account_state(account), state)]
    account.state, account.paused_until = states[-1], paused_until
    rows = Account.unscoped.filter(pk=account.pk)
    rows.update(state=account.state, paused_until=paused_until)
    changes = [(old, new) for old, new in pairwise(states) if old != new]
    if not changes:
        return
    shown = AccountOut.render(querysets.with_connection(querysets.with_usage(rows)).get())
    publish_all(
        who,
        [
            NewEvent(
                ACCOUNT_STATE_CHANGED, {"account": shown, "old_state": old, "new_state": new}, account_id=account.pk
            )
            for old, new in changes
        ],
    )


def end_pauses() -> None:
    """Connect the accounts again whose pause has ended by itself. Nothing depends on it, since :func:`account_state`
    says so already; it is for the event."""
    over = Account.unscoped.filter(state=AccountState.PAUSED, paused_until__lte=clock.now())
    for pk in list(over.values_list("pk", flat=True)):
        with transaction.atomic():
            account = over.filter(pk=pk).select_for_update(no_key=True, skip_locked=True).first()
            if account is not None:
                set_state(account.workspace_id, account, AccountState.CONNECTED)
