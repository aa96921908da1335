"""Login by QR code (core.telegram.org/api/qr-login): tokens, and the app that accepts one."""

from typing import Any

from telethon.tl import functions, types

from ..errors import failure
from ..login_tokens import LoginToken
from ..render import moment, now, user_view
from ..rpc import Call, handles
from ..serialization import tl_bytes
from ..state import ServerState, User
from .auth import log_in


@handles(functions.auth.ExportLoginTokenRequest)
def export_login_token(call: Call, request: Any) -> Any:
    if not request.api_id or not request.api_hash:
        raise failure("API_ID_INVALID")
    authorization, tokens = call.authorization, call.state.login_tokens
    if authorization.awaiting_password is not None:
        raise failure("SESSION_PASSWORD_NEEDED")
    if authorization.user is not None:
        me = user_view(call.state, authorization.user, authorization.user)
        return types.auth.LoginTokenSuccess(types.auth.Authorization(me))
    accepted = tokens.accepted_of(authorization)
    if accepted is not None and accepted.accepted_by is not None:
        home = accepted.accepted_by.dc_id
        if home != authorization.dc_id:
            return types.auth.LoginTokenMigrateTo(home, accepted.value)
        return finish(call, tokens.redeem(accepted))
    token = tokens.new(authorization, request.except_ids)
    call.state.notify()
    return types.auth.LoginToken(moment(int(token.expires_at)), token.value)


@handles(functions.auth.ImportLoginTokenRequest)
def import_login_token(call: Call, request: Any) -> Any:
    """For a session in the data center of the user, after loginTokenMigrateTo."""
    token = call.state.login_tokens.find(request.token)
    if token.accepted_by is not None and token.accepted_by.dc_id != call.authorization.dc_id:
        return types.auth.LoginTokenMigrateTo(token.accepted_by.dc_id, token.value)
    return finish(call, call.state.login_tokens.redeem(token))


@handles(functions.auth.AcceptLoginTokenRequest)
def accept_login_token(call: Call, request: Any) -> Any:
    accept(call.state, request.token, call.user)
    return types.Authorization(
        hash=1,
        device_model="",
        platform="",
        system_version="",
        api_id=1,
        app_name="",
        app_version="",
        date_created=now(call.user),
        date_active=now(call.user),
        ip="",
        country="",
        region="",
    )


def accept(state: ServerState, value: bytes, user: User) -> LoginToken:
    """The user scans the code. The sessions that wait with it are told, if they are connected."""
    token = state.login_tokens.accept(value, user)
    for session in token.authorization.sessions.values():
        session.push(tl_bytes(types.UpdateShort(types.UpdateLoginToken(), now(user))))
    return token


def finish(call: Call, user: User) -> Any:
    if user.verifier is not None:
        call.authorization.awaiting_password = user
        raise failure("SESSION_PASSWORD_NEEDED")
    return types.auth.LoginTokenSuccess(log_in(call, user))
