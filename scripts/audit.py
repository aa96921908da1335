"""Compare the pinned packages with the advisories that the package index has of them: PyPI's, which come from OSV.

    python3 scripts/audit.py [LOCK ...]

Exits with 0 if every package was compared and none has a known vulnerability, with 1 if one has, and otherwise with 2
if the advisories of some package could not be read: then nothing is known of it, and the run counts as failed.
Advisories that were withdrawn do not count. ``PACKAGE_INDEX`` is the address of the index (https://pypi.org).
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = [str(ROOT / "requirements-build.lock"), str(ROOT / "requirements.lock")]
INDEX = os.environ.get("PACKAGE_INDEX", "https://pypi.org").rstrip("/")
TIMEOUT_SECONDS = 30


class NotCompared(Exception):
    """The index did not tell the advisories of this version."""


def pinned(lock: str) -> list[tuple[str, str]]:
    """Names and versions in a lock file."""
    return re.findall(r"^([\w.-]+)==([^\s;]+)", Path(lock).read_text(), re.M)


def advisories(name: str, version: str) -> list[dict[str, Any]]:
    """Those that count of one version. Raises ``NotCompared``."""
    found = _ask(f"{name}/{version}")
    if found is None:
        # Some mirrors have the answer about the newest version alone.
        found = _ask(name)
        newest = found["info"]["version"] if found else "unknown"
        if found is None or newest != version:
            raise NotCompared(f"the index has no answer about {version} (its newest is {newest})")
    if "vulnerabilities" not in found:
        raise NotCompared("the answer of the index has no advisories")
    return [each for each in found["vulnerabilities"] if not each.get("withdrawn")]


def _ask(path: str) -> dict[str, Any] | None:
    """What the index says; None if it does not know the address."""
    try:
        with urllib.request.urlopen(f"{INDEX}/pypi/{path}/json", timeout=TIMEOUT_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                return None
            raise NotCompared(f"the index answered {error.code}") from None
    except (OSError, ValueError) as error:
        raise NotCompared(f"the index could not be read: {error}") from None


def _compare(package: tuple[str, str]) -> list[dict[str, Any]] | NotCompared:
    try:
        return advisories(*package)
    except NotCompared as error:
        return error


def main(locks: list[str]) -> int:
    packages = [package for lock in locks or LOCKS for package in pinned(lock)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(_compare, packages))
    found = compared = 0
    for (name, version), result in zip(packages, results, strict=True):
        if isinstance(result, NotCompared):
            print(f"audit: not compared: {name} {version}: {result}", file=sys.stderr)
            continue
        compared += 1
        found += len(result)
        for each in result:
            names = ", ".join([each["id"], *each.get("aliases", [])])
            fixed = ", ".join(each.get("fixed_in", [])) or "no version yet"
            print(f"audit: known vulnerability: {name} {version}: {names}; fixed in {fixed}")
    print(f"audit: {compared} of {len(packages)} packages compared, {found} known vulnerabilities")
    return 1 if found else 2 if compared < len(packages) or not packages else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
