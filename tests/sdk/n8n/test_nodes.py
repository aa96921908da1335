"""The nodes for n8n: compiled, checked by what n8n checks, and run against the product. n8n itself is run by
``make test-n8n``."""

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.npm import installed_packages
from tests.sdk.live import Live
from tests.sdk.typescript.toolchain import ROOT, TypeScript

SOURCE = ROOT / "sdk" / "n8n"
CLIENT = {"CRMSOLID_CLIENT": str(ROOT / "sdk" / "typescript" / "src")}


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> TypeScript:
    """Built once a run: the processes of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    copy = TypeScript(base / "n8n", "")
    with (base / "n8n.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not copy.folder.exists():
            packages = installed_packages(SOURCE) / "node_modules"
            shutil.copytree(SOURCE, copy.folder, ignore=shutil.ignore_patterns("node_modules", "client", "dist"))
            (copy.folder / "node_modules").symlink_to(packages)
            succeeds(copy, "node", "tools/build.mjs", **CLIENT)
    return copy


def succeeds(nodes: TypeScript, *command: str, **environment: str) -> str:
    ended: subprocess.CompletedProcess[str] = nodes.run([*command], environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_linter_of_n8n_finds_nothing(nodes: TypeScript) -> None:
    assert succeeds(nodes, "node_modules/.bin/eslint", "--max-warnings", "0", ".") == ""


def test_scanner_of_n8n_finds_nothing_and_would_find_a_timer(nodes: TypeScript) -> None:
    assert succeeds(nodes, "node", "tools/scan.mjs") == "passed\n"
    timer = nodes.folder / "dist" / "timer.js"
    timer.write_text("setTimeout(() => 0, 1);\n")
    try:
        scanned = nodes.run(["node", "tools/scan.mjs"])
    finally:
        timer.unlink()
    assert (scanned.returncode, "no-restricted-globals" in scanned.stdout) == (1, True)


def test_package_is_what_n8n_loads_and_nothing_else(nodes: TypeScript) -> None:
    packed = json.loads(succeeds(nodes, "npm", "pack", "--dry-run", "--json", "--ignore-scripts"))[0]
    files = {each["path"] for each in packed["files"]}
    package = json.loads((SOURCE / "package.json").read_text())
    assert {*package["n8n"]["nodes"], *package["n8n"]["credentials"], "README.md", "LICENSE"} <= files
    assert {Path(each).parts[0] for each in files} == {"dist", "README.md", "LICENSE", "package.json"}
    assert (package.get("dependencies"), package["peerDependencies"]) == (None, {"n8n-workflow": "*"})


def test_nodes_work_against_the_product(nodes: TypeScript, live: Live) -> None:
    told = succeeds(nodes, "node", "--test", "--test-reporter=tap", "tests/live.test.mjs", **live.environment())
    assert "# fail 0\n# cancelled 0\n# skipped 0\n" in told
