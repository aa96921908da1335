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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.products import installation, run_python, running_web

HERE = Path(__file__).parent
EXAMPLES = 5 * int(os.environ.get("FUZZ", "1"))
# Its response never ends.
STREAM = "/v1/messages/stream"
SEED = """
import json, django
django.setup()
from apikeys.services import create_key
from contacts.segments.services import create_segment
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import User
from crmsolid.workspaces.services import create_workspace
from messaging.accounts import create_sandbox_account
from messaging.services import send_message
from webhooks.replays import send_ping
from webhooks.services import create_endpoint
owner = User.objects.create_user("owner@example.com", None)
workspace = create_workspace(slug="fuzz", name="Fuzz", owner=owner, plan="business")
actor = Actor.command(workspace, "fuzz")
account = create_sandbox_account(actor, name="Sandbox", daily_limit=200)
send_message(actor, account_id=account.pk, to="@sarah_miller", text="Hello")
create_segment(actor, name="Vips", filter={"field": "tag", "op": "is", "value": "vip"})
send_ping(actor, create_endpoint(actor, url="https://hooks.example.com/crm", events=["message.sent"]).endpoint.pk)
print(create_key(actor, name="Fuzz", scopes=ALL_SCOPES, rate_limit=100000).token)
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as environment:
        token = run_python(environment, "-c", SEED).strip()
        with running_web(environment, Path(folder) / "web.log") as (_, port):
            report = Path(os.environ.get("FUZZ_REPORT", f"{folder}/report.json"))
            _run(f"http://127.0.0.1:{port}", token, report, environment)
            return _judge(json.loads(report.read_text()))


def _run(address: str, token: str, report: Path, environment: Mapping[str, str]) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{address}/openapi.json", "--header", f"Authorization: Bearer {token}"),
        *("--exclude-path", STREAM, "--max-examples", str(EXAMPLES), "--continue-on-failure"),
        *("--report", "json", "--report-json-path", str(report)),
    ]
    subprocess.run(command, env=dict(environment), check=False, timeout=7200)


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
