"""The clients that run on Node.js, at the versions of package-lock.json, with the Node.js that it pins."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

HERE = Path(__file__).parent
CACHE = settings.DATA_DIR / "mcp-clients"  # outlives the tests, whose data folder is another one
MANIFESTS = (HERE / "package.json", HERE / "package-lock.json")
INSTALL = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class Node:
    """``folder`` has the packages. ``npx`` runs their commands, without a download, when it is called there."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the packages to its end, whatever its exit status is."""
        return subprocess.run(
            [self.folder / "node_modules" / ".bin" / command, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )


def installed_node(home: Path) -> Node:
    """Install the packages, unless an earlier run has. ``home`` is where the clients keep their state."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in MANIFESTS)).hexdigest()[:16]
    folder = CACHE / digest
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # pytest-xdist has several processes
        if not done.exists():
            for path in MANIFESTS:
                shutil.copy(path, folder)
            install = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT)
            assert install.returncode == 0, install.stderr
            done.touch()
    # Only Linux has a pinned Node.js; elsewhere the installed one has to be new enough.
    pinned = [str(path) for path in folder.glob("node_modules/node-linux-*/bin")]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "npm_"))}
    search_path = os.pathsep.join([*pinned, os.environ["PATH"]])
    # Nothing of the user's is read or written, and no browser opens.
    own = {"HOME": str(home), "MCP_REMOTE_CONFIG_DIR": str(home / "mcp-remote"), "BROWSER": "/bin/false"}
    return Node(folder, {**inherited, **own, "PATH": search_path, "NO_COLOR": "1"})
