"""Who is typing: a contact, as Telegram reports it, and a member, whom the account shows to the contact.

Nothing of it is stored. What a member does lies in Redis for some seconds, where the worker that holds the account
finds it.
"""

import time
from collections.abc import Collection

from crmsolid.workspaces.actor import Actor, Scope
from messaging import account_workers, notices
from messaging.models import AccountKind, Thread
from messaging.notices import TYPING, Notice

# Telegram shows that somebody is typing for 6 s.
REPEAT_SECONDS = 5.0
SHOWN_SECONDS = 6.0
CONTACT = "contact"
_KEY = "crmsolid:typing"


def tell_typing(workspace_id: int, thread_id: str, who: str) -> None:
    """Tell the pages that show the thread that ``contact``, or a member of this name, is typing in it."""
    notices.tell(Notice(workspace_id, thread_id, TYPING, who))


def show_typing(actor: Actor, thread_id: str) -> None:
    """Let the contact see that an answer is being typed, for the next seconds. Errors: ``scope_missing``,
    ``not_found``."""
    actor.require(Scope.WRITE_MESSAGES)
    rows = Thread.objects.for_workspace(actor.workspace).select_related("account")
    account = rows.get_or_not_found(thread_id).account
    if account.kind not in account_workers.queues_of_kind:
        return
    until = time.time() + SHOWN_SECONDS

    def write(client: "object") -> bool:
        pipeline = client.pipeline()  # type: ignore[attr-defined]
        pipeline.zadd(_KEY, {f"{account.pk}:{thread_id}": until})
        pipeline.zremrangebyscore(_KEY, "-inf", time.time())
        pipeline.expire(_KEY, int(SHOWN_SECONDS) + 1)
        pipeline.execute()
        return True

    if notices.call_redis(write):
        account_workers.wake(AccountKind.TELEGRAM, [account.pk])


def typed_now(account_ids: Collection[int]) -> dict[int, set[str]]:
    """By account, of these, the threads in which a member is typing."""
    members = notices.call_redis(lambda client: client.zrangebyscore(_KEY, time.time(), "+inf")) or []
    typed: dict[int, set[str]] = {}
    for member in members:
        account_id, _, thread_id = member.decode().partition(":")
        if int(account_id) in account_ids:
            typed.setdefault(int(account_id), set()).add(thread_id)
    return typed
