"""The Schemathesis command line as a client of a running server, as other people use it; `make fuzz` runs it.

``python -m tests.plugins.services python -m tests.api.openapi.running`` starts a server with data of each kind, tries
every operation, and fails if there is a failure that ``false_alarms.toml`` does not explain. ``FUZZ`` says how many
times as many examples it tries.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from tests.api.openapi.generated import IDS_VARIABLE
from tests.products import installation, run_python, running_web

HERE = Path(__file__).parent
EXAMPLES = 5 * int(os.environ.get("FUZZ", "1"))
# Its response never ends.
STREAM = "/v1/messages/stream"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as environment:
        seed = json.loads(run_python(environment, "-m", "tests.api.openapi.seed"))
        hooks = {"SCHEMATHESIS_HOOKS": "tests.api.openapi.hooks", IDS_VARIABLE: json.dumps(seed["ids"])}
        with running_web(environment, Path(folder) / "web.log") as (_, port):
            report = Path(os.environ.get("FUZZ_REPORT", f"{folder}/report.json"))
            _run(f"http://127.0.0.1:{port}", seed["token"], report, {**environment, **hooks})
            return _judge(json.loads(report.read_text()))


def _run(address: str, token: str, report: Path, environment: dict[str, str]) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{address}/openapi.json", "--header", f"Authorization: Bearer {token}"),
        *("--exclude-path", STREAM, "--max-examples", str(EXAMPLES), "--continue-on-failure", "--workers", "2"),
        *("--report", "json", "--report-json-path", str(report)),
    ]
    subprocess.run(command, env=environment, check=False, timeout=7200)


def _judge(report: dict[str, Any]) -> int:
    """Print what was found, each known failure with why it is the tool's. 1 if one is not explained."""
    alarms = tomllib.loads((HERE / "false_alarms.toml").read_text())["alarm"]
    found = [(failure["title"], operation) for failure in report["failures"] for operation in failure["operations"]]
    explained: Counter[str] = Counter()
    unexplained = [f"{error['title']} ({error['count']})" for error in report["errors"]]
    for title, operation in found:
        why = next((alarm["why"] for alarm in alarms if _explains(alarm, title, operation)), "")
        if why:
            explained[f"{title}: {why}"] += 1
        else:
            unexplained.append(f"{title}: {operation}")
    cases = report["test_cases"]
    print(f"{cases['generated']} cases, {cases['unique_failures']} kinds of failures, {len(unexplained)} unexplained")
    print(*(f"known at {number} operations: {line}" for line, number in explained.items()), sep="\n")
    print(*unexplained, sep="\n")
    return 1 if unexplained or not report["complete"] else 0


def _explains(alarm: dict[str, str], title: str, operation: str) -> bool:
    return alarm["title"] == title and re.fullmatch(alarm["operations"], operation) is not None


if __name__ == "__main__":
    sys.exit(main())
