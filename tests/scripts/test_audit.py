"""scripts/audit.py beside a package index that runs here."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings

SCRIPT = Path(settings.BASE_DIR) / "scripts" / "audit.py"
KNOWN = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fixed_in": ["1.1"], "withdrawn": None}
WITHDRAWN = {**KNOWN, "id": "PYSEC-2026-2", "withdrawn": "2026-01-02T00:00:00Z"}


@dataclass
class Index:
    """``answers``: what is said about an address such as ``first/1.0``; a number is a status."""

    port: int
    answers: dict[str, Any] = field(default_factory=dict)

    def has(self, path: str, version: str, *vulnerabilities: dict[str, Any]) -> None:
        self.answers[path] = {"info": {"version": version}, "vulnerabilities": list(vulnerabilities)}


@pytest.fixture
def index() -> Iterator[Index]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = served.answers.get(self.path.removeprefix("/pypi/").removesuffix("/json"), 404)
            self.send_response(answer if isinstance(answer, int) else 200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Index(server.server_address[1])
        Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "some.lock"
    digest = " \\\n    --hash=sha256:00\n"
    path.write_text(f"first==1.0{digest}second==2.0 ; sys_platform != 'win32'{digest}")
    return path


def audit(port: int, lock: Path) -> tuple[int, str, list[str]]:
    """Its exit status, its last line, and what it says about packages."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(lock)],
        env={"PACKAGE_INDEX": f"http://127.0.0.1:{port}"},
        capture_output=True,
        text=True,
    )
    *lines, last = done.stdout.splitlines()
    return done.returncode, last, [*lines, *done.stderr.splitlines()]


def test_all_compared_and_nothing_known(index: Index, lock: Path) -> None:
    index.has("first/1.0", "1.0")
    index.has("second/2.0", "2.0", WITHDRAWN)
    assert audit(index.port, lock) == (0, "audit: 2 of 2 packages compared, 0 known vulnerabilities", [])


def test_known_vulnerability_is_named_with_what_fixes_it(index: Index, lock: Path) -> None:
    index.has("first/1.0", "1.0", KNOWN, WITHDRAWN)
    index.has("second/2.0", "2.0")
    line = "audit: known vulnerability: first 1.0: PYSEC-2026-1, CVE-2026-1; fixed in 1.1"
    assert audit(index.port, lock) == (1, "audit: 2 of 2 packages compared, 1 known vulnerabilities", [line])


def test_index_that_knows_the_newest_versions_alone(index: Index, lock: Path) -> None:
    index.has("first", "1.0", KNOWN)
    index.has("second", "2.1")
    status, last, lines = audit(index.port, lock)
    assert (status, last) == (1, "audit: 1 of 2 packages compared, 1 known vulnerabilities")
    assert "audit: not compared: second 2.0: the index has no answer about 2.0 (its newest is 2.1)" in lines


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (404, "the index has no answer about 2.0 (its newest is unknown)"),
        (503, "the index answered 503"),
        ({"info": {"version": "2.0"}}, "the answer of the index has no advisories"),
    ],
)
def test_package_that_was_not_compared_is_a_failure(index: Index, lock: Path, answer: Any, reason: str) -> None:
    index.has("first/1.0", "1.0")
    index.answers["second/2.0"] = answer
    last = "audit: 1 of 2 packages compared, 0 known vulnerabilities"
    assert audit(index.port, lock) == (2, last, [f"audit: not compared: second 2.0: {reason}"])


def test_index_that_cannot_be_reached_is_a_failure(index: Index, lock: Path) -> None:
    index.answers["first/1.0"] = index.answers["second/2.0"] = 502
    status, last, lines = audit(index.port, lock)
    assert (status, last, len(lines)) == (2, "audit: 0 of 2 packages compared, 0 known vulnerabilities", 2)


def test_lock_without_packages_is_a_failure(index: Index, tmp_path: Path) -> None:
    (tmp_path / "empty.lock").write_text("# nothing\n")
    last = "audit: 0 of 0 packages compared, 0 known vulnerabilities"
    assert audit(index.port, tmp_path / "empty.lock") == (2, last, [])
