"""Secrets that a test can recognize, a search for them in whatever the product writes, and faults that force errors."""

import base64
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
import redis
from django.core import signing

from tests.system.telegram_product import Installation

# Django keeps sessions as signed, compressed JSON (django.contrib.sessions.backends.base).
SESSION_SALT = "django.contrib.sessions.SessionStore"


@dataclass
class Planted:
    """Secrets by name, in every spelling in which they could be found."""

    spellings: dict[str, set[str]] = field(default_factory=dict)

    def add(self, name: str, secret: str | bytes) -> None:
        raw = secret.encode() if isinstance(secret, str) else secret
        assert len(raw) >= 10, f"{name} is too short to be told from other text"
        text = raw.decode("latin-1")
        packed = [base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()]
        spelled = {text, quote(text), quote(text, safe=""), json.dumps(text)[1:-1], raw.hex()}
        self.spellings.setdefault(name, set()).update(spelled, (each.rstrip("=") for each in packed))

    def found_in(self, content: str | bytes) -> set[str]:
        """The names of the secrets that are in this text."""
        text = content.decode("latin-1") if isinstance(content, bytes) else content
        return {name for name, spelled in self.spellings.items() if any(each in text for each in spelled)}


def rows(installation: Installation, session_key: str) -> Iterator[tuple[str, str]]:
    """Every row of every table with the table's name, as text; sessions as what they contain."""
    for (table,) in installation.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for row in installation.query(f'SELECT * FROM "{table}"'):
            yield table, " ".join(_text(value) for value in row)
    for (data,) in installation.query("SELECT session_data FROM django_session"):
        yield "django_session", json.dumps(signing.loads(data, key=session_key, salt=SESSION_SALT))


def _text(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def redis_content(url: str) -> Iterator[tuple[str, str]]:
    """Every key with its value, as Redis serializes it."""
    client: Any = redis.Redis.from_url(url)  # most of its methods have no types
    try:
        for key in client.scan_iter(count=1000):
            yield key.decode("latin-1"), (client.dump(key) or b"").decode("latin-1")
    finally:
        client.close()


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder with its content."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


@contextmanager
def without_table(installation: Installation, table: str) -> Iterator[None]:
    """Statements about the table fail meanwhile, in every process."""
    change_database(installation, f"ALTER TABLE {table} RENAME TO {table}_gone")
    try:
        yield
    finally:
        change_database(installation, f"ALTER TABLE {table}_gone RENAME TO {table}")


def change_database(installation: Installation, statement: str) -> None:
    """Run a statement that answers no rows."""
    with psycopg.connect(installation.postgres, autocommit=True) as connection:
        connection.execute(statement)


class MailServer(socketserver.ThreadingTCPServer):
    """An SMTP server that keeps what it is sent. While ``fails`` is set it refuses the password."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailSession)
        self.received: list[str] = []
        self.logins = 0
        self.fails = False
        self.port = int(self.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()

    def link(self, path: str) -> str:
        """Path and query of the last link to ``path`` that was sent; empty if there is none."""
        text = "\n".join(self.received).replace("=\n", "").replace("=3D", "=")
        found = re.findall(rf"http://\S+?({re.escape(path)}\?\S+)", text)
        return str(found[-1]) if found else ""


class _MailSession(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self.wfile.write(b"250-localhost\r\n250 AUTH PLAIN\r\n")
            elif verb == "AUTH":
                self.server.logins += 1
                # Servers repeat what they refuse.
                self._say(f"535 refused {line}" if self.server.fails else "235 welcome")
            elif verb == "DATA":
                self._say("354 go on")
                text = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    text += part
                self.server.received.append(text.decode().replace("\r\n", "\n"))
                self._say("250 kept")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
