"""Write the bundle for desktop assistants and the description for registries of MCP servers to sdk/mcp/dist.

    python scripts/mcpb.py [address where the bundle will be published]

The same files give the same bundle, byte for byte, so the digest in the description is that of every build.
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent.parent / "sdk" / "mcp"
FILES = ("manifest.json", "server/index.js", "LICENSE")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a ZIP file knows


def build(target: Path, release: str = "") -> tuple[Path, Path]:
    """Write the bundle and its server.json to this folder; returns both."""
    target.mkdir(parents=True, exist_ok=True)
    version = json.loads((SOURCE / "manifest.json").read_text())["version"]
    bundle, description = target / f"crmsolid-{version}.mcpb", target / "server.json"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), (SOURCE / name).read_bytes(), zipfile.ZIP_DEFLATED)
    server: dict[str, Any] = {**json.loads((SOURCE / "server.json").read_text()), "version": version}
    if release:
        digest = hashlib.sha256(bundle.read_bytes()).hexdigest()
        package = {"registryType": "mcpb", "identifier": release, "version": version, "fileSha256": digest}
        server["packages"] = [{**package, "transport": {"type": "stdio"}}]
    description.write_text(json.dumps(server, indent=2) + "\n")
    return bundle, description


if __name__ == "__main__":
    for path in build(SOURCE / "dist", *sys.argv[1:2]):
        print(f"wrote {path}")
