"""Helpers of the broadcasts' tests."""

from collections import Counter
from typing import Any

from contacts.models import Contact
from contacts.services import upsert_contact
from crmsolid.core import clock
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts import services
from messaging.broadcasts.definition import Definition
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.broadcasts.querysets import load_counts
from messaging.models import Account, Message
from messaging.sending import dispatch


def actor(workspace: Workspace) -> Actor:
    return Actor.command(workspace, "tests")


def contact(workspace: Workspace, username: str, **fields: Any) -> Contact:
    return upsert_contact(actor(workspace), {"username": username, "tags": ["vip"], **fields}).contact


def contacts(workspace: Workspace, number: int, **fields: Any) -> list[Contact]:
    """Contacts with the tag of the broadcasts, ``person01`` and so on."""
    return [contact(workspace, f"person{index:02}", **fields) for index in range(number)]


def definition(account: Account, **members: Any) -> Definition:
    """A broadcast to everybody with the tag ``vip``."""
    values = {"name": "News", "text": "Hello", "account_ids": (account.pk,), "audience": {"tags": ["vip"]}}
    return Definition(**{**values, **members})


def start(account: Account, audience_hash: str | None = None, **members: Any) -> Broadcast:
    by = actor(account.workspace)
    return services.start_broadcast(by, definition(account, **members), audience_hash=audience_hash)


def freeze(broadcast: Broadcast) -> None:
    """Run the job until the audience is frozen, and not further."""
    while stored(broadcast).frozen_at is None and stored(broadcast).status in ("running", "scheduled"):
        run_job(broadcast)


def run_job(broadcast: Broadcast) -> None:
    """Run the next chunk of the job, whenever it is due."""
    Job.unscoped.filter(object_id=broadcast.pk, next_run_at__isnull=False).update(next_run_at=clock.now())
    runner.run_due(seconds=0)


def work(broadcast: Broadcast) -> None:
    """Freeze and send what can be sent now."""
    before = counts(broadcast)
    for _ in range(50):
        run_job(broadcast)
        run_job(broadcast)
        sent, after = dispatch.dispatch(), counts(broadcast)
        if not sent and after == before and stored(broadcast).frozen_at:
            return
        before = after
    raise AssertionError("the work does not end")


def stored(broadcast: Broadcast) -> Broadcast:
    row: Broadcast = Broadcast.unscoped.get(pk=broadcast.pk)
    return row


def job_of(broadcast: Broadcast) -> Job:
    return Job.unscoped.get(pk=stored(broadcast).job_id)


def counts(broadcast: Broadcast) -> dict[str, int]:
    """The counts that are not 0."""
    row = stored(broadcast)
    load_counts(row.workspace_id, [row])
    return {status: number for status, number in row.counts.items() if number}


def reasons(broadcast: Broadcast) -> dict[str, int]:
    """How many recipients have each reason."""
    rows = Recipient.unscoped.filter(broadcast=broadcast).exclude(reason="")
    return dict(Counter(rows.values_list("reason", flat=True)))


def sent_to(broadcast: Broadcast) -> list[str]:
    """The usernames of those whose message was sent, in order of the recipients."""
    rows = Recipient.unscoped.filter(broadcast=broadcast, status="sent").order_by("id")
    return list(rows.values_list("contact__username", flat=True))


def texts(who: Contact) -> list[tuple[str, str]]:
    """Status and text of the messages to the contact, oldest first."""
    rows = Message.unscoped.filter(contact=who, direction="out").order_by("created_at", "id")
    return list(rows.values_list("status", "text"))
