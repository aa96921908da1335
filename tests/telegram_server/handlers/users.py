"""users.* and contacts.*: finding users."""

import re
from typing import Any

from telethon.tl import functions, types

from ..errors import failure
from ..render import user_view, user_views
from ..rpc import Call, handles
from ..state import User

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
SELF = (types.InputUserSelf, types.InputPeerSelf)
KNOWN = (types.InputUser, types.InputPeerUser)


def find_peer(call: Call, peer: Any) -> User | None:
    """The user that an input peer names; None unless the access hash is the one that this user was given."""
    if isinstance(peer, SELF):
        return call.user
    target = call.state.users.get(peer.user_id) if isinstance(peer, KNOWN) else None
    if target is None or peer.access_hash != call.state.access_hash(call.user, target):
        return None
    return target


def require_peer(call: Call, peer: Any) -> User:
    target = find_peer(call, peer)
    if target is None:
        raise failure("PEER_ID_INVALID")
    return target


@handles(functions.users.GetUsersRequest)
def get_users(call: Call, request: Any) -> Any:
    """Users with a wrong access hash are left out; the request is not refused."""
    users = [find_peer(call, each) for each in request.id]
    viewer = call.user
    return [user_view(call.state, viewer, user) for user in users if user is not None]


@handles(functions.users.GetFullUserRequest)
def get_full_user(call: Call, request: Any) -> Any:
    target = find_peer(call, request.id)
    if target is None:
        raise failure("USER_ID_INVALID")
    full = types.UserFull(target.id, types.PeerSettings(), types.PeerNotifySettings(), common_chats_count=0)
    return types.users.UserFull(full, chats=[], users=user_views(call.state, call.user, [target]))


@handles(functions.contacts.ResolveUsernameRequest)
def resolve_username(call: Call, request: Any) -> Any:
    viewer = call.user
    if not USERNAME.fullmatch(request.username):
        raise failure("USERNAME_INVALID")
    target = call.state.user_by_username(request.username)
    if target is None or target.is_deactivated:
        raise failure("USERNAME_NOT_OCCUPIED")
    users = [user_view(call.state, viewer, target)]
    return types.contacts.ResolvedPeer(types.PeerUser(target.id), chats=[], users=users)
