"""The address guard at create, PATCH, test and replay. Nothing is connected to."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crmsolid.workspaces.actor import Scope
from tests.tenants import Api, Tenants
from tests.webhooks.conftest import emit
from tests.webhooks.receiver import Receiver
from webhooks.delivery.pump import Pump
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]
REFUSED = [
    "http://example.com/hook",
    "https://127.0.0.1/hook",
    "https://127.1/hook",
    "https://2130706433/hook",
    "https://0x7f000001/hook",
    "https://[::1]/hook",
    "https://[::ffff:127.0.0.1]/hook",
    "https://[64:ff9b::a9fe:a9fe]/hook",
    "https://[2002:a9fe:a9fe::]/hook",
    "https://100.64.0.1/hook",
    "https://224.0.0.1/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://localhost/hook",
    "https://user:pass@example.com/hook",
    "https://example.com:25/hook",
    "file:///etc/passwd",
]


@pytest.fixture(autouse=True)
def public_only(private_addresses: None, settings: Any) -> Iterator[None]:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    yield


@pytest.mark.parametrize("url", REFUSED)
def test_create_and_patch_refuse_private_and_malformed_addresses(
    tenants: Tenants, api: Api, make_endpoint: MakeEndpoint, url: str
) -> None:
    client = api(tenants.key([Scope.MANAGE_WEBHOOKS]))
    answer = client.post("/v1/webhooks", {"url": url, "events": ["contact.created"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "url")
    assert Endpoint.unscoped.count() == 0
    endpoint = make_endpoint("https://example.com/hook")
    answer = client.patch(f"/v1/webhooks/{endpoint.id}", {"url": url})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "url")
    endpoint.refresh_from_db()
    assert endpoint.url == "https://example.com/hook"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:{port}/hook", "url_refused"),
        # A name that resolves to the loopback address passes the syntax check and is refused at the connection.
        ("https://localhost.localtest.example:{port}/hook", "address_refused"),
    ],
)
def test_test_and_replay_are_refused_at_the_connection(
    tenants: Tenants, api: Api, receiver: Receiver, make_endpoint: MakeEndpoint, monkeypatch: Any, url: str, error: str
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, *args, **kwargs: [(2, 1, 6, "", ("127.0.0.1", port))])
    client = api(tenants.key([Scope.MANAGE_WEBHOOKS]))
    endpoint = make_endpoint("https://example.com/hook")
    Endpoint.unscoped.update(url=url.format(port=receiver.port))  # saved under other settings
    ping = client.post(f"/v1/webhooks/{endpoint.id}/test").json()
    assert Pump().run() == 1
    assert client.post(f"/v1/deliveries/{ping['id']}/replay").status_code == 202
    emit(tenants.workspace)
    assert Pump().run() == 2
    assert receiver.posts == []
    assert set(Attempt.unscoped.values_list("error", "status")) == {(error, None)}
    assert set(Delivery.unscoped.values_list("status", flat=True)) == {"failed"}
    shown = client.get(f"/v1/deliveries/{ping['id']}").content
    assert error == "url_refused" or b"127.0.0.1" not in shown
