"""The accounts that messages are sent from: what callers may ask for, and which account writes to whom."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from crmsolid.api.pagination import Page, page
from crmsolid.core import doorbell
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Mode, Role, Workspace
from messaging import querysets
from messaging.account_states import set_state
from messaging.models import Account, AccountKind, AccountState, account_state, default_daily_limit

MAX_BIGINT = 2**63 - 1
MAX_ACCOUNT_NAME = 100
MAX_DAILY_LIMIT = 1_000_000
# How many accounts an error lists.
MAX_LISTED = 20


def list_accounts(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of accounts, oldest first, each with what :mod:`querysets` calls its usage and its connection.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    rows = _readable_accounts(actor)
    return page(rows, sort="created_at", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters={})


def get_account(actor: Actor, account_id: int) -> Any:
    """One account, with what a list has of it. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_MESSAGES)
    rows = _readable_accounts(actor).filter(pk=account_id)
    account = rows.first() if account_id <= MAX_BIGINT else None
    if account is None:
        raise account_not_found(actor)
    return account


def _readable_accounts(actor: Actor) -> "QuerySet[Account]":
    return querysets.with_connection(querysets.with_usage(Account.objects.for_workspace(actor.workspace)))


@unit_of_work()
def create_sandbox_account(
    actor: Actor, *, name: str, account_id: int | None = None, daily_limit: int | None = None
) -> Account:
    """Create an account that is not connected to Telegram. ``account_id`` chooses its id, ``daily_limit`` how many
    messages it may send in any 24 hours instead of the default.

    Errors: ``forbidden`` unless the actor is an admin or owner; ``validation_failed`` for a name that is blank or too
    long, a limit below 1 or too high, and an id that is taken.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    if not 1 <= len(name.strip()) <= MAX_ACCOUNT_NAME:
        raise invalid("name", "length", f"a name has 1 to {MAX_ACCOUNT_NAME} characters")
    if daily_limit is None:
        daily_limit = default_daily_limit()
    elif not 1 <= daily_limit <= MAX_DAILY_LIMIT:
        raise invalid("daily_limit", "out_of_range", f"a daily limit is 1 to {MAX_DAILY_LIMIT:,}")
    if account_id is not None and Account.unscoped.filter(pk=account_id).exists():
        raise invalid("account_id", "taken", f"there is an account {account_id} already")
    account = Account(
        workspace=actor.workspace, name=name.strip(), kind=AccountKind.SANDBOX, pk=account_id, daily_limit=daily_limit
    )
    account.save(force_insert=True)
    if account_id is not None:  # the sequence does not notice an id that it did not give out
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(s, greatest(nextval(s), %s)) FROM pg_get_serial_sequence(%s, 'id') AS s",
                [account_id, Account._meta.db_table],
            )
    audit.record(actor, "account.created", str(account.pk), kind="sandbox")
    return account


@unit_of_work()
def pause_account(actor: Actor, account_id: int) -> Account:
    """Let the account send nothing until somebody resumes it. Its messages wait, and what people write still arrives.

    Errors: ``forbidden`` unless the actor is an admin or owner; ``not_found``; ``invalid_state`` (409) unless the
    account is connected, so that a pause that Telegram asked for is never forgotten.
    """
    account, state = _lock_account(actor, account_id)
    if state != AccountState.CONNECTED:
        raise DomainError("invalid_state", f"the account is {AccountState(state).label.lower()}; it sends nothing now")
    return _set_account_state(actor, account, AccountState.PAUSED, "paused")


@unit_of_work()
def resume_account(actor: Actor, account_id: int) -> Account:
    """End a pause that has no end of its own, or try again whether Telegram has frozen the account; the messages that
    wait are sent as the account's limits allow.

    Errors: ``forbidden`` unless the actor is an admin or owner; ``not_found``; ``invalid_state`` (409) for an account
    that is not paused, or that Telegram asked to pause until a time.
    """
    account, state = _lock_account(actor, account_id)
    if state not in (AccountState.PAUSED, AccountState.FROZEN):
        raise DomainError("invalid_state", f"the account is {AccountState(state).label.lower()}; it is not paused")
    if account.paused_until is not None:
        raise DomainError("invalid_state", "Telegram asked for this pause; it ends by itself")
    resumed = _set_account_state(actor, account, AccountState.CONNECTED, "resumed")
    transaction.on_commit(lambda: doorbell.ring("messaging.dispatch"))
    return resumed


def _lock_account(actor: Actor, account_id: int) -> tuple[Account, str]:
    """The account, locked as the senders lock it, and its state at this time."""
    actor.require_role(Role.ADMIN, Role.OWNER)
    rows = Account.objects.for_workspace(actor.workspace).select_for_update(no_key=True)
    account: Account | None = rows.filter(pk=account_id).first() if 0 < account_id <= MAX_BIGINT else None
    if account is None:
        raise account_not_found(actor)
    return account, account_state(account)


def _set_account_state(actor: Actor, account: Account, state: AccountState, verb: str) -> Account:
    set_state(actor, account, state)
    audit.record(actor, f"account.{verb}", str(account.pk))
    return account


def provision(workspace: Workspace) -> None:
    """Give a new test workspace a sandbox account. A live workspace starts without accounts."""
    if workspace.mode == Mode.TEST:
        create_sandbox_account(Actor.system(workspace, "provisioning"), name="Sandbox")


def find_accounts(actor: Actor, account_ids: Sequence[int]) -> list[Account]:
    """The accounts with these ids, in the order of the ids. ``not_found`` names the first that is missing."""
    accounts = list(Account.objects.for_workspace(actor.workspace).filter(pk__in=account_ids).order_by("id"))
    missing = sorted(set(account_ids) - {account.pk for account in accounts})
    if missing:
        raise account_not_found(actor, missing[0])
    return accounts


def account_names(workspace: Workspace) -> dict[int, str]:
    """The names of the workspace's accounts by their ids, oldest first."""
    return dict(Account.objects.for_workspace(workspace).order_by("created_at", "id").values_list("pk", "name"))


def account_not_found(actor: Actor, account_id: int | None = None) -> DomainError:
    """``not_found``. Its ``accounts`` are the first of the workspace's, for an actor who may read them; anybody else is
    told what lists them. ``account_id`` is the one that is missing, where several were asked for."""
    detail = f"no {'such account' if account_id is None else f'account {account_id}'} in this workspace"
    call = "GET /v1/accounts"
    if not actor.has(Scope.READ_MESSAGES):
        needs = f"with the scope {Scope.READ_MESSAGES.value}, {call} lists those that there are"
        return DomainError("not_found", f"{detail}; {needs}")
    rows = Account.objects.for_workspace(actor.workspace).order_by("created_at", "id").values("id", "name")
    accounts = list(rows[: MAX_LISTED + 1])
    if not accounts:
        return DomainError("not_found", f"{detail}, which has none; add one in the panel", accounts=[])
    listed = ", ".join(f"{account['id']} ({account['name']})" for account in accounts[:MAX_LISTED])
    more = f" and more: {call} lists all" if len(accounts) > MAX_LISTED else ""
    return DomainError("not_found", f"{detail}; it has these: {listed}{more}", accounts=accounts[:MAX_LISTED])
