"""Packages of npm for tests, at the versions of a package-lock.json."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CACHE = Path(sys.prefix) / "npm-packages"  # outlives the tests
INSTALL = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
TIMEOUT = 300.0


def installed_packages(source: Path) -> Path:
    """Install what package.json and package-lock.json in ``source`` name, unless an earlier run has. Returns the folder
    that holds ``node_modules``. Skips the test if npm is not installed."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    names = ("package.json", "package-lock.json", ".npmrc")
    manifests = [source / name for name in names if (source / name).exists()]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in manifests)).hexdigest()[:16]
    folder = CACHE / digest
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # pytest-xdist has several processes
        if not done.exists():
            for path in manifests:
                shutil.copy(path, folder)
            install = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT)
            assert install.returncode == 0, install.stderr
            done.touch()
    return folder
