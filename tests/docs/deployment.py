"""What the tests of docs/deployment.md share: its blocks, a shell, a product in production, a proxy in front of it."""

import contextlib
import datetime
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.products import installation, running_web, running_worker
from tests.servers import clean_environment, free_port, is_listening
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "deployment.md"
HOST = "crm.example.com"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # folders of nginx
BIN = Path(sys.prefix) / "bin"
# Makes what the commands of the page are about, and prints it.
SEED = """
import json
from apikeys.services import create_key
from contacts.services import upsert_contact
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import User
from crmsolid.workspaces.services import create_workspace
from messaging.accounts import create_sandbox_account
from webhooks.services import create_endpoint
owner = User.objects.create_user("owner@example.com", None)
workspace = create_workspace(slug="acme", name="Acme", owner=owner, plan="business")
actor = Actor.command(workspace, "tests")
key = create_key(actor, name="first", scopes=ALL_SCOPES)
for name in ("somebody_erased", "somebody_else"):
    upsert_contact(actor, {"username": f"@{name}", "name": name})
create_endpoint(actor, url="https://example.com/hook", events=["message.received"], secret="a-signing-secret")
print(json.dumps({
    "key": key.token,
    "prefix": key.key.prefix,
    "account_id": create_sandbox_account(actor, name="Sandbox").pk,
}))
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block and the heading that it stands under."""

    heading: str
    language: str
    text: str


def blocks() -> list[Block]:
    found, heading = [], ""
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$|^#+ ([^\n]*)$", PAGE.read_text(), re.M | re.S):
        if match[3] is not None:
            heading = match[3]
        else:
            found.append(Block(heading, match[1], match[2]))
    return found


def shell(script: str, environment: Mapping[str, str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run commands with bash, which stops at the first that fails. ``manage.py`` is found in ``folder``, too."""
    link = folder / "manage.py"
    if not link.exists():
        link.symlink_to(ROOT / "manage.py")
    path = f"{BIN}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={**environment, "PATH": path, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )


def settings_of_page(folder: Path) -> dict[str, str]:
    """The settings that the page's first block writes to ``.env``."""
    (block,) = [block for block in blocks() if block.text.startswith("cat > .env")]
    ended = shell(block.text, clean_environment(), folder)
    assert ended.returncode == 0, ended.stderr
    return dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())


@dataclass
class Production:
    """A running product with the settings of the page. ``seeded`` is what SEED printed."""

    port: int
    environment: dict[str, str]
    seeded: dict[str, Any]


def seed(environment: Mapping[str, str]) -> dict[str, Any]:
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", SEED]
    ended = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120)
    seeded: dict[str, Any] = json.loads(ended.stdout)
    return seeded


@contextlib.contextmanager
def production_settings(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation in production, with the settings of the page. Nothing runs yet."""
    more = {"CRMSOLID_ENV": "production", "CRMSOLID_WEBHOOK_ALLOW_PRIVATE": "false"}
    with installation(folder, settings_of_page(folder) | more) as environment:
        yield environment


@contextlib.contextmanager
def production(folder: Path) -> Iterator[Production]:
    """Web and worker in production, behind one proxy."""
    log = folder / "log"
    with production_settings(folder) as environment, running_worker(environment, log):
        seeded = seed(environment)
        with running_web(environment, log) as (_, port):
            yield Production(port, environment, seeded)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for HOST that is signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
    signed = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), False).sign(key, hashes.SHA256())
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running proxy: its ports for http and https, and the certificate that it shows."""

    plain_port: int
    port: int
    certificate: Path

    def connect(self, timeout: float = 60) -> http.client.HTTPConnection:
        """A connection over TLS, whose certificate is checked. Requests on it name HOST."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        plain = socket.create_connection(("127.0.0.1", self.port), timeout)
        connection = http.client.HTTPConnection(HOST, timeout=timeout)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        return connection


@contextlib.contextmanager
def nginx(folder: Path, upstream: int) -> Iterator[Proxy]:
    """nginx with the page's configuration, on other ports and with a certificate of its own."""
    (block,) = [block for block in blocks() if block.language == "nginx"]
    certificate, key = write_certificate(folder)
    proxy = Proxy(free_port(), free_port(), certificate)
    replaced = {
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain_port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{proxy.port} ssl;",
        "/etc/ssl/crm.example.com.pem": str(certificate),
        "/etc/ssl/crm.example.com.key": str(key),
    }
    sample = _replace(block.text, replaced)
    statements = [
        *(["user root;"] if os.geteuid() == 0 else []),
        *("daemon off;", f"pid {folder}/pid;", "error_log stderr;", "events {}", "http {", "access_log off;"),
        *(f"{part}_temp_path {folder};" for part in TEMPORARY),
    ]
    configuration = folder / "nginx.conf"
    configuration.write_text("\n".join([*statements, sample, "}\n"]))
    command = ["nginx", "-e", "stderr", "-c", str(configuration)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    yield from _running(command, clean_environment(), proxy, folder)


@contextlib.contextmanager
def caddy(folder: Path, upstream: int) -> Iterator[Proxy]:
    """Caddy with the page's configuration, on other ports, with a certificate of its own and without asking for one."""
    (block,) = [block for block in blocks() if block.language == "caddy"]
    certificate, key = write_certificate(folder)
    proxy = Proxy(free_port(), free_port(), certificate)
    replaced = {"127.0.0.1:8000": f"127.0.0.1:{upstream}", f"{HOST} {{\n": f"{HOST} {{\n\ttls {certificate} {key}\n"}
    sample = _replace(block.text, replaced)
    options = f"{{\n\tadmin off\n\thttp_port {proxy.plain_port}\n\thttps_port {proxy.port}\n}}\n"
    configuration = folder / "Caddyfile"
    configuration.write_text(options + sample)
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(configuration)]
    environment = {
        **clean_environment(),
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    yield from _running(command, environment, proxy, folder)


def _replace(text: str, replaced: Mapping[str, str]) -> str:
    for before, after in replaced.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


def _running(command: list[str], environment: Mapping[str, str], proxy: Proxy, folder: Path) -> Iterator[Proxy]:
    log = folder / "proxy.log"
    with (
        log.open("ab") as errors,
        subprocess.Popen(command, env=environment, cwd=folder, stdout=errors, stderr=errors) as process,
    ):
        try:
            wait_until(lambda: is_listening(proxy.port) and is_listening(proxy.plain_port), "the proxy listens")
            yield proxy
        finally:
            process.terminate()
            process.wait(30)
