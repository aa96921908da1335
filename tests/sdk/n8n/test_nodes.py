"""The nodes for n8n: compiled, checked by what n8n checks, and run against the product. n8n itself is run by
``make test-n8n``."""

import json
from pathlib import Path

from tests.sdk.live import Live
from tests.sdk.n8n.toolchain import SOURCE, succeeds
from tests.sdk.typescript.toolchain import TypeScript


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
