"""Accounts as a login leaves them, without the login."""

from crmsolid.workspaces.actor import Actor
from messaging.models import Account, AccountKind, AccountLease, TelegramSession
from messaging.telegram.config import DataCentre
from messaging.telegram.login import LoggedIn
from messaging.telegram.services import store_login
from messaging.telegram.session import RowSession, UpdateState
from tests.telegram_server import PreparedSession

SHOP, ANNA, BOB = "+15550001", "+15550002", "+15550003"
OTHER_DC = 4


def connect_account(actor: Actor, session: PreparedSession, user_id: int, *, name: str = "Shop") -> Account:
    """An account of the workspace whose session the server knows. Updates are read from the very first on."""
    account = Account(workspace=actor.workspace, kind=AccountKind.TELEGRAM, name=name)
    account.save()
    row = TelegramSession(workspace=actor.workspace, account=account, user_id=user_id, login_epoch=0)
    AccountLease.unscoped.create(workspace=actor.workspace, account=account)
    centre = DataCentre(session.dc_id, session.host, session.port)
    ready = RowSession(centre, bytes.fromhex(session.auth_key))
    store_login(row, LoggedIn(ready, user_id, name, UpdateState(pts=1, qts=0, date=1, seq=1)))
    return account
