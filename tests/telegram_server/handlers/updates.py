"""updates.*: the updates that a client has missed (core.telegram.org/api/updates)."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from telethon.tl import functions, types

from ..errors import failure
from ..mailbox import Event, NewMessage
from ..render import message_view, now, peers_of, state_view, update_view, user_views
from ..rpc import Call, handles


@handles(functions.updates.GetStateRequest)
def get_state(call: Call, request: Any) -> Any:
    return state_view(call.user)


@handles(functions.updates.GetDifferenceRequest)
def get_difference(call: Call, request: Any) -> Any:
    user = call.user
    if not user.mailbox.first_pts <= request.pts <= user.mailbox.pts:
        raise failure("PERSISTENT_TIMESTAMP_INVALID")
    if user.too_long_differences:
        user.too_long_differences -= 1
        return types.updates.DifferenceTooLong(user.mailbox.pts)
    missed = user.mailbox.events_after(request.pts)
    if not missed:
        return types.updates.DifferenceEmpty(now(user), seq=1)
    if request.pts_total_limit and len(missed) > request.pts_total_limit:
        return types.updates.DifferenceTooLong(user.mailbox.pts)
    page = missed[: call.settings.difference_limit]
    parts = difference_parts(call, page)
    if len(page) == len(missed):
        return types.updates.Difference(**parts, state=state_view(user))
    return types.updates.DifferenceSlice(**parts, intermediate_state=state_view(user, page[-1].pts))


def difference_parts(call: Call, events: Sequence[Event]) -> dict[str, Any]:
    changes = [event.change for event in events]
    new = [change.message for change in changes if isinstance(change, NewMessage)]
    # A client learns of which of its requests a message came, even if the request's answer was lost.
    ids: list[Any] = [types.UpdateMessageID(each.id, each.random_id) for each in new if each.random_id is not None]
    return dict(
        new_messages=[message_view(message) for message in new if not message.is_deleted],
        new_encrypted_messages=[],
        other_updates=ids + [update_view(event) for event in events if not isinstance(event.change, NewMessage)],
        chats=[],
        users=user_views(call.state, call.user, chain.from_iterable(map(peers_of, changes))),
    )
