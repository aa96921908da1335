"""``python -m bench.inbox_seed`` fills the database of this environment for :mod:`bench.inbox`: a workspace with
``BENCH_CONVERSATIONS`` open conversations. It prints, as JSON, a session, a token, an account and a conversation."""

import json
import os
from datetime import timedelta

import django


def main() -> None:
    django.setup()
    from django.db import connection

    from apikeys.services import create_key
    from contacts.models import Contact
    from crmsolid.core import clock
    from crmsolid.workspaces.actor import ALL_SCOPES, Actor
    from crmsolid.workspaces.models import Membership, Plan, User
    from crmsolid.workspaces.services import create_workspace
    from messaging.accounts import create_sandbox_account
    from messaging.models import Message, Thread
    from tests.panel import browser

    owner, colleague = (User.objects.create_user(f"{name}@bench.example", None, name=name) for name in ("Dana", "Ben"))
    workspace = create_workspace(slug="bench", name="Bench", owner=owner, plan=Plan.BUSINESS)
    Membership.unscoped.create(workspace=workspace, user=colleague, role="agent")
    actor = Actor.command(workspace, "bench")
    account = create_sandbox_account(actor, name="Support", daily_limit=1000)
    wanted, now = int(os.environ.get("BENCH_CONVERSATIONS", "20")), clock.now()
    people = [
        Contact(
            workspace=workspace, name=f"Person {number}", username=f"reply_{number}", username_key=f"reply_{number}"
        )
        for number in range(wanted)
    ]
    Contact.unscoped.bulk_create(people, batch_size=1000)
    threads = [
        Thread(
            workspace=workspace,
            account=account,
            contact=each,
            last_message_at=now - timedelta(minutes=number),
            created_at=now - timedelta(days=60),
            waiting_since=now - timedelta(minutes=number) if number % 2 == 0 else None,
            unread_count=number % 4 == 0,
            assignee=owner if number % 3 == 0 else None,
        )
        for number, each in enumerate(people)
    ]
    Thread.unscoped.bulk_create(threads, batch_size=1000)
    # Fifty messages in the conversation that is open, one in each of the others.
    messages = []
    for number, thread in enumerate(threads):
        for back in range(60 if number == 0 else 1):
            at, is_out = thread.last_message_at - timedelta(minutes=7 * back), bool((number + back) % 2)
            messages.append(
                Message(
                    workspace=workspace,
                    account=account,
                    contact=people[number],
                    thread=thread,
                    direction="out" if is_out else "in",
                    status="sent" if is_out else "received",
                    text=f"Message {back}: would Thursday at ten work for you, or rather later in the week?",
                    created_at=at,
                    sent_at=at,
                )
            )
    Message.unscoped.bulk_create(messages, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    made = {
        "session": browser(owner).cookies["sessionid"].value,
        "colleague": browser(colleague).cookies["sessionid"].value,
        "token": create_key(actor, name="bench", scopes=ALL_SCOPES).token,
        "account": account.pk,
        "thread": threads[0].pk,
        "contact": people[0].pk,
    }
    print(json.dumps(made))


if __name__ == "__main__":
    main()
