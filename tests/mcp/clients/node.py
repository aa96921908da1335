"""The clients that run on Node.js, at the versions of package-lock.json, with the Node.js that it pins."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.npm import TIMEOUT, installed_packages

HERE = Path(__file__).parent


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
    folder = installed_packages(HERE)
    # Only Linux has a pinned Node.js; elsewhere the installed one has to be new enough.
    pinned = [str(path) for path in folder.glob("node_modules/node-linux-*/bin")]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "npm_"))}
    search_path = os.pathsep.join([*pinned, os.environ["PATH"]])
    # Nothing of the user's is read or written, and no browser opens.
    own = {"HOME": str(home), "MCP_REMOTE_CONFIG_DIR": str(home / "mcp-remote"), "BROWSER": "/bin/false"}
    return Node(folder, {**inherited, **own, "PATH": search_path, "NO_COLOR": "1"})
