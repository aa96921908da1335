"""Write docs/licenses.md: the licence of everything that is installed, shipped or run with the product.

    .venv/bin/python scripts/licenses.py

Read from the metadata of the packages in .venv that requirements.lock pins, the table of the panel's vendored files,
the project files of the clients and the lock files of npm. Exits with 1 if one has a licence that is not allowed.
"""

import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licenses.md"
VENDORED = ROOT / "crmsolid/panel/static/panel/vendor/README.md"

# SPDX identifiers. Those of the first set ask for no more than their notice.
PERMISSIVE = {
    *("0BSD", "AFL-2.1", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC", "MIT"),
    *("MIT-0", "MIT-CMU", "OFL-1.1", "PSF-2.0", "Python-2.0", "Unlicense", "WTFPL"),
}
# Copyleft that ends at the file or at the library: the product imports these unchanged.
WEAK_COPYLEFT = {"LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0"}
# n8n's own, for sdk/n8n alone: n8n itself, where a node runs, and its linter. No package has any of it.
N8N = "LicenseRef-Sustainable-Use"
ALLOWED = PERMISSIVE | WEAK_COPYLEFT

# What packages without a licence expression write instead. "BSD" alone does not say which; both are allowed.
SPDX = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
    "Python Software Foundation License": "PSF-2.0",
}
# Packages whose metadata does not say it: their licence file does.
FROM_LICENSE_FILE = {"axe-playwright-python": "MIT"}
# It needs the most packages; the page is the same with every Python.
OLDEST_PYTHON = {"python_version": "3.11", "python_full_version": "3.11.14"}
# The packages that the projects of the .NET client name; CrmSolid.Client itself needs none.
NUGET = {
    "Microsoft.AspNetCore.TestHost": "MIT",
    "Microsoft.CodeAnalysis.PublicApiAnalyzers": "MIT",
    "Microsoft.Extensions.Diagnostics.HealthChecks": "MIT",
    "Microsoft.Extensions.Hosting": "MIT",
    "Microsoft.Extensions.Http": "MIT",
    "Microsoft.Extensions.Logging.Abstractions": "MIT",
    "Microsoft.Extensions.Options.ConfigurationExtensions": "MIT",
    "Microsoft.Extensions.TimeProvider.Testing": "MIT",
    "Microsoft.NET.Test.Sdk": "MIT",
    "xunit": "Apache-2.0",
    "xunit.runner.visualstudio": "Apache-2.0",
}
# npm packages of the tests whose metadata does not say it: their licence file does.
NPM_FROM_LICENSE_FILE = {
    "@modelcontextprotocol/inspector": "Apache-2.0 AND MIT",
    "@n8n/errors": N8N,
    "@n8n/eslint-plugin-community-nodes": N8N,
    "@n8n/scan-community-package": N8N,
    "httpntlm": "MIT",
    "n8n-workflow": N8N,
    "stack-trace": "MIT",
}


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression can be met with allowed licences alone."""
    options = [option.split(" AND ") for option in expression.split(" OR ")]
    return any(all(each in ALLOWED for each in option) for option in options)


def license_of(name: str) -> str:
    """The licence of an installed package as an SPDX expression; "unknown" if it does not say it."""
    package = metadata.metadata(name)
    if "License-Expression" in package:
        return package["License-Expression"]
    if known := FROM_LICENSE_FILE.get(canonicalize_name(name)):
        return known
    text = package["License"].strip() if "License" in package else ""
    if text in SPDX or text in ALLOWED:
        return SPDX.get(text, text)
    classifiers = [each.split(" :: ")[-1] for each in package.get_all("Classifier", []) if each.startswith("License")]
    return " OR ".join(SPDX.get(each, each) for each in classifiers if each != "OSI Approved") or "unknown"


def locked() -> list[str]:
    """The packages that requirements.lock pins, and those that install them."""
    locks = "".join((ROOT / name).read_text() for name in ("requirements-build.lock", "requirements.lock"))
    return sorted(re.findall(r"^([\w.-]+)==", locks, re.M))


def needed(requirements: Iterable[str]) -> set[str]:
    """The packages with which these requirements are installed here, by their metadata."""
    found: set[tuple[str, str]] = set()
    open_ones = [Requirement(each) for each in requirements]
    while open_ones:
        requirement = open_ones.pop()
        for extra in ("", *sorted(requirement.extras)):
            key = (canonicalize_name(requirement.name), extra)
            if key in found:
                continue
            found.add(key)
            for text in metadata.requires(requirement.name) or []:
                other = Requirement(text)
                if other.marker is None or other.marker.evaluate({"extra": extra, **OLDEST_PYTHON}):
                    open_ones.append(other)
    return {name for name, _ in found}


def requirement_lines(name: str) -> list[str]:
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if re.match(r"[a-z]", line)]


def client_requirements() -> list[str]:
    """What the Python client needs, with its command line."""
    project = tomllib.loads((ROOT / "sdk" / "python" / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["cli"]]


def vendored() -> list[tuple[str, str]]:
    """The packages of the panel's vendored files with their licences."""
    rows = re.findall(r"^\| (?!file|---)[^|]+\| ([^|]+) \| [^|]+ \|.*\| ([^|]+) \|$", VENDORED.read_text(), re.M)
    return [(name.strip(), license.strip()) for name, license in rows]


def nuget() -> list[tuple[str, str]]:
    """The packages of others that the projects of the .NET client name."""
    names: set[str] = set()
    folder = ROOT / "sdk" / "dotnet"
    for project in [*folder.rglob("*.csproj"), *folder.rglob("*.props")]:
        names.update(re.findall(r'PackageReference Include="(?!CrmSolid)([^"]+)"', project.read_text()))
    return [(name, NUGET.get(name, "unknown")) for name in sorted(names)]


def npm(path: Path) -> Counter[str]:
    """How many packages of a lock file of npm have each licence."""
    packages: dict[str, Any] = json.loads(path.read_text())["packages"]
    found: Counter[str] = Counter()
    for place, package in packages.items():
        if place and not package.get("link"):
            name = place.rpartition("node_modules/")[2]
            license = NPM_FROM_LICENSE_FILE.get(name) or package.get("license") or f"unknown: {name}"
            found[license.strip("()")] += 1
    return found


def table(head: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {head} | licence |", "| --- | --- |", *(f"| {name} | {license} |" for name, license in rows)]
    return "\n".join(lines)


def page() -> tuple[str, list[str]]:
    """The text of docs/licenses.md, and what has a licence that is not allowed."""
    problems: list[str] = []

    def checked(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        listed = list(rows)
        problems.extend(f"{name}: {license}" for name, license in listed if not is_allowed(license))
        return listed

    names = locked()
    product = needed(requirement_lines("requirements.txt"))
    client = needed(client_requirements())
    installed = {canonicalize_name(name): license_of(name) for name in names}
    of_product = checked((name, installed[name]) for name in installed if name in product)
    of_tests = checked((name, installed[name]) for name in installed if name not in product)
    of_client = checked((name, installed[name]) for name in installed if name in client)
    places = ("tests/**", "examples/*", "sdk/*")
    locks = [path for place in places for path in sorted(ROOT.glob(f"{place}/package-lock.json"))]
    of_npm = []
    for lock in locks:
        if "node_modules" in lock.relative_to(ROOT).parts[:-1]:
            continue
        found = npm(lock)
        licenses = [license for license in found if (lock.parent, license) != (ROOT / "sdk" / "n8n", N8N)]
        checked((str(lock.relative_to(ROOT)), license) for license in licenses)
        counted = ", ".join(f"{license} {found[license]}" for license in sorted(found))
        of_npm.append((f"`{lock.parent.relative_to(ROOT)}`", counted))
    text = TEXT.format(
        permissive=", ".join(sorted(PERMISSIVE)),
        weak=", ".join(sorted(WEAK_COPYLEFT)),
        product=table("package", of_product),
        vendored=table("package", checked(vendored())),
        client=table("package", of_client),
        nuget=table("package", checked(nuget())),
        tests=table("package", of_tests),
        npm=table("folder", of_npm),
    )
    return text, problems


TEXT = """# Licences

What the product and its clients are built on, and under which licence. `make licenses` writes this page from the
metadata of the installed packages; a test fails when it is not current, or when something has a licence that is not
allowed. Versions are in `requirements.lock`.

Allowed are permissive licences, and copyleft that ends at the file or the library: the product imports such packages
unchanged, and they can be replaced. Where a package offers several licences, one of them is enough.

| kind | allowed |
| --- | --- |
| permissive | {permissive} |
| copyleft of a file or a library | {weak} |

## The product

{product}

## Files of others in the panel

They are in `crmsolid/panel/static/panel/vendor/`, the font in `fonts/` beside it, with their licences. Swagger
UI comes with `drf-spectacular-sidecar` and is under Apache-2.0.

{vendored}

## The clients

The Python client needs httpx and pydantic, and click for the command line:

{client}

`CrmSolid.Client` for .NET needs nothing. The packages beside it, the tests and the samples need:

{nuget}

## Tests and tools

They are not part of an installation of the product.

{tests}

Packages from npm that the tests and the example of a receiver run, by the number of packages under each licence. Those
under n8n's own licence are what its nodes are checked with: no package has any of it.

{npm}

The JSON Schema that `sdk/mcp/server.json` is checked by is under MIT, the package on PyPI that has it under Apache-2.0.
"""


def main() -> int:
    text, problems = page()
    for problem in problems:
        print(f"not allowed: {problem}", file=sys.stderr)
    PAGE.write_text(text)
    return bool(problems)


if __name__ == "__main__":
    raise SystemExit(main())
