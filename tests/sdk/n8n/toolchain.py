"""The nodes for n8n, and how they are built."""

import subprocess

from tests.sdk.typescript.toolchain import ROOT, TypeScript

SOURCE = ROOT / "sdk" / "n8n"
CLIENT = {"CRMSOLID_CLIENT": str(ROOT / "sdk" / "typescript" / "src")}


def succeeds(nodes: TypeScript, *command: str, **environment: str) -> str:
    """Run a command to its end. Returns what it prints."""
    ended: subprocess.CompletedProcess[str] = nodes.run([*command], environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
