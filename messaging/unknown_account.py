"""The refusal of an account id that is none of the workspace's: it says which ids are."""

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope
from messaging.models import Account

MAX_LISTED = 10


def account_not_found(actor: Actor, account_id: int | None = None) -> DomainError:
    """``not_found``. Its ``accounts`` are the first of the workspace's, for an actor who may read them; anybody else is
    told what lists them. ``account_id`` is the one that is missing, where several were asked for."""
    detail = f"no {'such account' if account_id is None else f'account {account_id}'} in this workspace"
    call = "list_accounts" if actor.surface == "mcp" else "GET /v1/accounts"
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
