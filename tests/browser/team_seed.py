"""``python -m tests.browser.team_seed`` makes a workspace with two agents, a key, and customers who wait for an answer.
It prints, as JSON, the sessions, the key, and the ids of the conversations."""

import json
from datetime import timedelta
from typing import Any

import django

CUSTOMERS = 200
# So many of them have written to both accounts.
TWICE = 10
AGENTS = {"vera": "Vera Lind", "ben": "Ben Osei"}


def main() -> None:
    django.setup()
    from apikeys.services import create_key
    from crmsolid.core import clock
    from crmsolid.workspaces.actor import ALL_SCOPES, Actor
    from crmsolid.workspaces.models import Membership, Plan, Role, User
    from crmsolid.workspaces.services import create_workspace
    from messaging.accounts import create_sandbox_account
    from messaging.threads.incoming import Incoming
    from messaging.threads.received import receive
    from tests.panel import browser

    owner = User.objects.create_user("owner@team.example", name="Olga Owner")
    workspace = create_workspace(slug="team", name="Team", owner=owner, plan=Plan.BUSINESS)
    sessions: dict[str, Any] = {"owner": browser(owner).cookies["sessionid"].value}
    for slug, name in AGENTS.items():
        agent = User.objects.create_user(f"{slug}@team.example", name=name)
        Membership.unscoped.create(workspace=workspace, user=agent, role=Role.AGENT)
        sessions[slug] = browser(agent).cookies["sessionid"].value
    actor = Actor.command(workspace, "tests")
    accounts = [create_sandbox_account(actor, name=name, daily_limit=10_000) for name in ("Sales", "Support")]
    now = clock.now()
    threads = []
    for number in range(CUSTOMERS + TWICE):
        customer = number % CUSTOMERS
        account = accounts[1 if number >= CUSTOMERS else customer % 2 if customer >= TWICE else 0]
        text, at = f"Question {number}", now - timedelta(minutes=CUSTOMERS + TWICE - number)
        # Sandbox ids of messages are even where they are ours.
        incoming = Incoming(2 * number + 1, text, at, username=f"customer{customer:03}", name=f"Customer {customer:03}")
        message = receive(account, incoming)
        assert message is not None
        threads.append(message.thread_id)
    token = create_key(actor, name="Shop", scopes=ALL_SCOPES).token
    print(json.dumps({"sessions": sessions, "token": token, "threads": threads, "accounts": [a.pk for a in accounts]}))


if __name__ == "__main__":
    main()
