"""Reactions to a message of a private conversation, as Telegram tells them."""

from typing import Any

from telethon.tl import types

from messaging.changes.applying import ACCOUNT, CONTACT
from messaging.telegram.mapping import without_nul


def read_reactions(reactions: Any) -> list[dict[str, str]] | None:
    """All reactions to the message, by their first; None if Telegram leaves out which are the account's own.

    There are two who can react, so of each emoji the count and the account's choice say who has. Emoji that are
    pictures of Telegram have no character, and are left out.
    """
    if not isinstance(reactions, types.MessageReactions):
        return []
    found = []
    if reactions.min:
        own = {_emoji(each.reaction) for each in reactions.recent_reactions or [] if each.my}
        others = {_emoji(each.reaction) for each in reactions.recent_reactions or [] if not each.my}
        if not reactions.recent_reactions and reactions.results:
            return None
    else:
        own = {_emoji(each.reaction) for each in reactions.results if each.chosen_order is not None}
        others = {_emoji(each.reaction) for each in reactions.results if each.count > (each.chosen_order is not None)}
    for each in reactions.results:
        emoji = _emoji(each.reaction)
        if emoji:
            found += [{"emoji": emoji, "by": CONTACT}] * (emoji in others)
            found += [{"emoji": emoji, "by": ACCOUNT}] * (emoji in own)
    return found


def _emoji(reaction: Any) -> str:
    return without_nul(reaction.emoticon) if isinstance(reaction, types.ReactionEmoji) else ""
