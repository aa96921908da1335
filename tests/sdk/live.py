"""The product with what the tests of the clients need in it: keys, accounts, a sequence, a receiver of webhooks, and a
proxy in front that can cause network faults. The tests in other languages get all of it as environment variables."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.attacks.product import Product, running_product
from tests.sdk.proxy import Proxy
from tests.webhooks.receiver import Receiver

ACCOUNT_ID = 7421
CONFIGURATION = {
    "custom_fields": [{"key": "city", "label": "City", "type": "text"}],
    "sequences": [
        {
            "name": "Welcome",
            "account_ids": [ACCOUNT_ID],
            "steps": [
                {"id": "hello", "delay": "P1D", "text": "Hello {first_name|there}"},
                {"id": "more", "delay": "P2D", "text": "One more thing"},
            ],
        }
    ],
}
# One command that makes everything: each command takes seconds to start.
SEED = """
import json, sys
from apikeys.services import create_key
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Scope
from crmsolid.workspaces.models import Workspace
from django.core.management import call_command
from messaging.accounts import create_sandbox_account
from messaging.models import Account
actor = Actor.command(Workspace.objects.get(slug="demo", mode="live"), "tests")
call_command("apply_config", {file!r}, "--workspace", "demo", stdout=sys.stderr)
Account.unscoped.filter(workspace=actor.workspace).update(daily_limit=1000)  # all tests send from the same account
readers = (Scope.READ_CONTACTS, Scope.READ_MESSAGES, Scope.READ_ANALYTICS)
print(json.dumps({{
    "reader_key": create_key(actor, name="reader", scopes=readers).token,
    "slow_key": create_key(actor, name="slow", scopes=ALL_SCOPES, rate_limit=5).token,
    "held_key": create_key(actor, name="held", scopes=ALL_SCOPES, approval="all").token,
    "limited_account_id": create_sandbox_account(actor, name="Limited", daily_limit=1).pk,
}}))
"""


@dataclass(frozen=True)
class Live:
    """``url`` leads through the proxy. ``key`` is a live key with every scope and a rate limit that no test reaches,
    ``reader_key`` may only read, ``slow_key`` has every scope and a limit of five requests a minute, and each write of
    ``held_key`` waits for an approval. Account 7421 is a sandbox; the account ``limited_account_id`` may send once a
    day. The sequence is active."""

    product: Product
    proxy: Proxy
    receiver: Receiver
    key: str
    reader_key: str
    slow_key: str
    held_key: str
    limited_account_id: int
    sequence_id: str
    account_id: int = ACCOUNT_ID

    @property
    def url(self) -> str:
        return self.proxy.url

    def environment(self) -> dict[str, str]:
        """All of it for a process in another language. ``CRMSOLID_TEST_CONTROL`` is the proxy's control port,
        ``CRMSOLID_TEST_RECEIVER`` the address of a receiver that accepts every webhook."""
        return {
            "CRMSOLID_URL": self.url,
            "CRMSOLID_KEY": self.key,
            "CRMSOLID_TEST_DIRECT_URL": f"http://127.0.0.1:{self.product.port}",
            "CRMSOLID_TEST_READER_KEY": self.reader_key,
            "CRMSOLID_TEST_SLOW_KEY": self.slow_key,
            "CRMSOLID_TEST_HELD_KEY": self.held_key,
            "CRMSOLID_TEST_ACCOUNT": str(self.account_id),
            "CRMSOLID_TEST_LIMITED_ACCOUNT": str(self.limited_account_id),
            "CRMSOLID_TEST_SEQUENCE": self.sequence_id,
            "CRMSOLID_TEST_RECEIVER": self.receiver.url(),
            "CRMSOLID_TEST_CONTROL": self.proxy.control_url,
        }


@contextlib.contextmanager
def live_product(folder: Path) -> Iterator[Live]:
    """Start all of it with its data in ``folder``, and end it afterwards."""
    with (
        running_product(folder) as product,
        Proxy(product.port) as proxy,
        Receiver() as receiver,
    ):
        configuration = folder / "configuration.json"
        configuration.write_text(json.dumps(CONFIGURATION))
        seeded = json.loads(product.manage("shell", "-v", "0", "-c", SEED.format(file=str(configuration))))
        sequence_id = product.call("GET", "/v1/sequences").json()["data"][0]["id"]
        started = product.call("POST", f"/v1/sequences/{sequence_id}/start", body=b"{}")
        assert started.status == 200, started.body
        yield Live(product, proxy, receiver, key=product.token, sequence_id=sequence_id, **seeded)
