"""The commands and configurations of docs/deployment.md run as they stand there."""

import http.client
import json
import re
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.docs import deployment
from tests.docs.deployment import HOST, ROOT, Block, Production, Proxy, blocks, production_settings, shell
from tests.products import installation
from tests.servers import create_database, drop_database
from tests.waiting import wait_until

MIB = 1024 * 1024

# Blocks that no test runs: how each begins, and why.
NOT_RUN = [
    (
        "sudo systemd-run",
        "systemd does not run here; tests/docs/test_processes.py compares its settings",
    ),
    (
        "docker compose up -d --build",
        "Docker cannot run here; the processes of compose.yaml are compared",
    ),
    (
        "date -u +%Y-%m-%dT%H:%M:%SZ > crmsolid.dump.began\ndocker compose",
        "Docker cannot run here; the block above makes the same dump",
    ),
    (
        "docker compose --profile telegram stop",
        "Docker cannot run here; the block above restores the same dump",
    ),
    (
        "docker volume rm",
        "Docker cannot run here, and no data of another version of PostgreSQL is there",
    ),
]
# Code for `manage.py shell`: prints the fallbacks of SECRET_KEY and the states of the keys; erases a contact.
STATE = """
import json
from apikeys.models import ApiKey
from django.conf import settings
from webhooks.models import Endpoint
from webhooks.secrets import EndpointSecrets
keys = {key.prefix: key.state for key in ApiKey.unscoped.all()}
secret = EndpointSecrets.of(Endpoint.unscoped.get()).current
print(json.dumps({"fallbacks": settings.SECRET_KEY_FALLBACKS, "keys": keys, "secret": secret}))
"""
ERASE = """
from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
workspace = Workspace.objects.get(slug="acme", mode="live")
contact = Contact.objects.for_workspace(workspace).get(username="somebody_erased")
erase_contact(Actor.command(workspace, "tests"), contact.pk)
"""
# What runs the blocks under each heading, in this module.
RUN = {
    "One host": "settings_of_page",
    "Processes": "test_a_new_installation_passes_its_checks_with_the_settings_of_the_page",
    "TLS": "test_through_a_proxy",
    "Health": "test_health_and_the_secret_of_a_webhook",
    "Back up": "test_a_restored_backup_has_everybody_but_those_who_were_erased_since",
    "Restore a backup": "test_a_restored_backup_has_everybody_but_those_who_were_erased_since",
    "Rotate secrets": "test_rotation",
}


def under(heading: str, containing: str = "") -> str:
    """The one block under this heading with this text."""
    texts = [block.text for block in blocks() if block.heading == heading and runs(block)]
    (found,) = [text for text in texts if containing in text]
    return found


def runs(block: Block) -> bool:
    return not any(block.text.startswith(beginning) for beginning, _ in NOT_RUN)


def test_every_block_runs_or_is_listed_with_a_reason() -> None:
    assert {block.heading for block in blocks() if runs(block)} == set(RUN)
    assert [each for each in NOT_RUN if not any(block.text.startswith(each[0]) for block in blocks())] == []


def test_settings_of_the_page_are_those_that_compose_needs(tmp_path: Path) -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text()))
    assert len(needed) == 4
    assert needed - set(deployment.settings_of_page(tmp_path)) == set()


def test_a_new_installation_passes_its_checks_with_the_settings_of_the_page(tmp_path: Path) -> None:
    with production_settings(tmp_path) as environment:
        create_database(*environment["DATABASE_URL"].rsplit("/", 1))  # again, without tables
        assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
        ended = shell(under("Processes"), environment, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "Create model Contact" in ended.stdout


# --- a proxy in front -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with deployment.production(tmp_path_factory.mktemp("production")) as running:
        yield running


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, product: Production, tmp_path: Path) -> Iterator[Proxy]:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    start: Callable[[Path, int], AbstractContextManager[Proxy]] = getattr(deployment, request.param)
    with start(tmp_path, product.port) as running:
        yield running


class Client:
    """Requests through a proxy."""

    def __init__(self, product: Production, proxy: Proxy) -> None:
        self.product, self.proxy = product, proxy

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """The status, the headers with names in lower case, and the body of the answer. ``body`` is sent as JSON, bytes
        as they are."""
        sent = {
            "Authorization": f"Bearer {self.product.seeded['key']}",
            "Idempotency-Key": str(uuid.uuid4()),
            "Content-Type": "application/json",
            **(headers or {}),
        }
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = self.proxy.connect()
        try:
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


def test_through_a_proxy(product: Production, proxy: Proxy) -> None:
    client = Client(product, proxy)
    status, _, body = client.call("GET", "/v1/me", headers={"X-Forwarded-For": "203.0.113.9"})
    assert status == 200
    assert json.loads(body)["workspace"]["slug"] == "acme"
    assert client.call("GET", "/panel/login/")[1]["strict-transport-security"] == "max-age=31536000"
    check_redirect(proxy)
    check_upload(client)
    check_stream(client)
    check_assistant(client)
    check_addresses(product)


def check_redirect(proxy: Proxy) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=30)
    connection.request("GET", "/panel/?a=1", headers={"Host": HOST})
    answer = connection.getresponse()
    assert answer.status in (301, 308)
    assert re.fullmatch(rf"https://{HOST}(:\d+)?/panel/\?a=1", answer.getheader("Location", ""))
    connection.close()


def check_upload(client: Client) -> None:
    """A file of 50 MiB, which is the most that the product takes."""
    header, row = b"username,name\n", b"@imported_one,%s\n" % (b"x" * 100_000)
    content = header + row * ((50 * MIB - len(header)) // len(row))
    path, kind = "/v1/contacts/import?dry_run=true", {"Content-Type": "text/csv"}
    status, _, body = client.call("POST", path, content, kind)
    assert (status, json.loads(body)["id"][:4]) == (202, "job_"), body
    status, headers, body = client.call("POST", "/v1/contacts", b'{"name": "' + b"x" * MIB + b'"}')
    assert (status, json.loads(body)["code"]) == (413, "payload_too_large")
    assert "x-request-id" in headers  # the product refused it, not the proxy


def check_stream(client: Client) -> None:
    """A message arrives on the stream at once: nothing waits for a buffer to fill."""
    connection = client.proxy.connect()
    authorization = f"Bearer {client.product.seeded['key']}"
    connection.request("GET", "/v1/messages/stream", headers={"Authorization": authorization})
    stream = connection.getresponse()
    assert stream.status == 200
    text = f"through the proxy {uuid.uuid4().hex}"
    message = {"account_id": client.product.seeded["account_id"], "to": "@sarah_miller", "text": text}
    assert client.call("POST", "/v1/messages/send", message)[0] == 200
    while text not in stream.readline().decode():  # a timeout of the connection ends it
        pass
    stream.close()  # or the proxy waits for it when it ends
    connection.close()


def check_assistant(client: Client) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_contacts", "arguments": {}}}
    status, _, body = client.call("POST", "/mcp", call, {"Accept": "application/json, text/event-stream"})
    assert status == 200
    assert b"somebody_else" in body


def check_addresses(product: Production) -> None:
    """The address that the client claimed to have is not believed."""

    def last_used_ip() -> Any:  # written a moment after the request
        (key,) = json.loads(manage(product, "list_api_keys", "--workspace", "acme", "--json"))
        return key["last_used_ip"]

    assert wait_until(last_used_ip, "the key's last use is written") == "127.0.0.1"


def manage(product: Production, *arguments: str) -> str:
    ended = subprocess.run(
        [deployment.BIN / "python", "manage.py", *arguments],
        env=product.environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ended.stdout


def test_health_and_the_secret_of_a_webhook(product: Production, tmp_path: Path) -> None:
    url, key = f"http://127.0.0.1:{product.port}", product.seeded["key"]
    endpoint = {"url": "https://example.com/hook", "events": ["contact.created"]}
    # CRM_HOST: the product refuses requests for 127.0.0.1, the host of this test.
    health, rotate = (
        text.replace("curl -fsS", 'curl -fsS -H "Host: $CRM_HOST"')
        for text in (under("Health"), under("Rotate secrets", "rotate-secret"))
    )
    script = f"""
        {health}
        ENDPOINT=$(curl -fsS -H "Host: $CRM_HOST" $CRMSOLID_URL/v1/webhooks -H "Authorization: Bearer $CRMSOLID_KEY" \\
            -H "Idempotency-Key: $(uuidgen)" -H "Content-Type: application/json" -d "$BODY" \\
            | python -c 'import json, sys; print(json.load(sys.stdin)["id"])')
        {rotate}
    """
    variables = {"CRMSOLID_URL": url, "CRMSOLID_KEY": key, "CRM_HOST": HOST, "BODY": json.dumps(endpoint)}
    ended = shell(script, {**product.environment, **variables}, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert '"status": "ready"' in ended.stdout
    assert '"previous_secret_until"' in ended.stdout


# --- backups and rotation -------------------------------------------------------------------------------------------


def test_a_restored_backup_has_everybody_but_those_who_were_erased_since(tmp_path: Path) -> None:
    restore, replay, prove, hold, status, release = (
        under("Restore a backup", part).strip()
        for part in (
            "pg_restore",
            "replay_erasures --since",
            "find_person @somebody_erased",
            "sending hold",
            "sending status",
            "sending release",
        )
    )
    names = (
        """psql -tA "$RESTORED_URL" -c "SELECT string_agg(username, ' ' ORDER BY username) FROM contacts_contact" """
    )
    script = f"""
        {under("Back up", "pg_dump --format")}
        python manage.py shell -v 0 -c "$ERASE"
        {restore}
        test "$({names})" = "somebody_else somebody_erased"
        {replay}
        {prove}
        test "$({names})" = "somebody_else"
        {hold}
        if {status}; then exit 9; else test $? = 1; fi
        {release}
        {status}
    """
    with installation(tmp_path) as environment:
        server, name = environment["DATABASE_URL"].rsplit("/", 1)
        restored = f"{server}/{name}_restored"
        deployment.seed(environment)
        ended = shell(script, {**environment, "RESTORED_URL": restored, "ERASE": ERASE}, tmp_path)
        drop_database(server, f"{name}_restored")
    assert ended.returncode == 0, (ended.returncode, ended.stdout, ended.stderr)
    lines = ended.stdout.splitlines()
    assert [line.partition(" since")[0] for line in lines if line.startswith("sending is")] == [
        "sending is held",
        "sending is held",
        "sending is not held",
        "sending is not held",
    ]


def test_rotation(tmp_path: Path) -> None:
    script = f"""
        {under("Rotate secrets", "NEW_KEY=$(")}
        {under("Rotate secrets", "reencrypt")}
        test "$FIELD_ENCRYPTION_KEYS" = "$NEW_KEY"
        {under("Rotate secrets", "SECRET_KEY_FALLBACKS")}
        {under("Rotate secrets", "rotate_api_key")}
        {under("Rotate secrets", "revoke_api_key")}
        python manage.py shell -v 0 -c "$STATE" > state.json
    """
    with production_settings(tmp_path) as environment:
        seeded = deployment.seed(environment)
        ended = shell(script, {**environment, "KEY_PREFIX": seeded["prefix"], "STATE": STATE}, tmp_path)
    assert ended.returncode == 0, (ended.returncode, ended.stdout, ended.stderr)
    state = json.loads((tmp_path / "state.json").read_text())
    assert state["secret"] == "a-signing-secret"  # the script has the new key alone by now
    assert state["fallbacks"] == [environment["SECRET_KEY"]]
    assert state["keys"].pop(seeded["prefix"]) == "revoked"
    assert list(state["keys"].values()) == ["active"]
