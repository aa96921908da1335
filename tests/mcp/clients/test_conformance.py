"""The server scenarios of the conformance suite (@modelcontextprotocol/conformance), which is written for a server that
has everything. Each of them either passes, with this number of successful checks, or does not apply, for a reason."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mcp.clients.node import Node
from tests.products import installation, running
from tests.servers import free_port, is_listening
from tests.waiting import wait_until

Check = dict[str, Any]
Results = dict[str, list[Check]]  # the checks of each scenario
SERVE = "import django, sys; django.setup(); import {0}; {0}.serve(int(sys.argv[1]))"
SERVER = [sys.executable, "-c", SERVE.format("tests.mcp.clients.conformance_server")]
WIRE = "wire-schema-valid"  # of every message of the scenario; it alone shows little

# Successful checks of each scenario that passes, without the one of the wire.
PASSES = {
    "2025-11-25": {
        "dns-rebinding-protection": 2,
        "ping": 1,
        "prompts-get-simple": 1,
        "prompts-get-with-args": 1,
        "prompts-list": 1,
        "resources-list": 1,
        "server-initialize": 1,
        "tools-call-error": 1,
        "tools-call-simple-text": 1,
        "tools-list": 2,
    },
    "2026-07-28": {
        "caching": 7,
        "dns-rebinding-protection": 2,
        "http-header-validation": 13,
        "prompts-get-simple": 1,
        "prompts-get-with-args": 1,
        "prompts-list": 1,
        "resources-list": 1,
        "sep-2164-resource-not-found": 2,
        "server-sse-multiple-streams": 1,
        "server-stateless": 21,
        "tools-call-error": 1,
        "tools-call-simple-text": 1,
        "tools-list": 3,
    },
}

# Scenarios, and single checks of others, by the reason why they do not apply.
DOES_NOT_APPLY = {
    "the server has no resources of the suite's addresses, no binary ones, and none that changes": [
        "resources-read-binary",
        "resources-read-text",
        "resources-subscribe",
        "resources-templates-read",
        "resources-unsubscribe",
    ],
    "errors repeat nothing that was sent": ["sep-2164-resource-not-found:sep-2164-data-uri"],
    "no prompt has a picture or a resource in it": ["prompts-get-embedded-resource", "prompts-get-with-image"],
    "the server completes no arguments of prompts and resources": ["completion-complete"],
    "every tool answers JSON: no image, audio or resource": [
        "tools-call-audio",
        "tools-call-embedded-resource",
        "tools-call-image",
        "tools-call-mixed-content",
    ],
    "the server writes no log for the client": [
        "logging-set-level",
        "tools-call-with-logging",
        "server-stateless:sep-2575-server-no-log-without-loglevel",
    ],
    "a response is one JSON document: no progress and no stream": [
        "server-sse-polling",
        "tools-call-with-progress",
        "server-stateless:sep-2575-http-server-no-independent-requests-on-stream",
    ],
    "no request needs a session": ["server-session-lifecycle", "2025-11-25/server-sse-multiple-streams"],
    "nothing that a client could subscribe to changes": [
        "server-stateless:sep-2575-server-honors-notification-filter",
        "server-stateless:sep-2575-server-sends-prompts-list-changed-on-subscription",
        "server-stateless:sep-2575-server-sends-subscription-ack",
        "server-stateless:sep-2575-server-sends-tools-list-changed-on-subscription",
        "server-stateless:sep-2575-server-tags-subscription-id",
    ],
    "no tool asks the client, its model or its user for anything": [
        "elicitation-sep1034-defaults",
        "elicitation-sep1330-enums",
        "input-required-result-basic-elicitation",
        "input-required-result-basic-list-roots",
        "input-required-result-basic-sampling",
        "input-required-result-capability-check",
        "input-required-result-ignore-extra-params",
        "input-required-result-missing-input-response",
        "input-required-result-multi-round",
        "input-required-result-multiple-input-requests",
        "input-required-result-non-tool-request",
        "input-required-result-request-state",
        "input-required-result-result-type",
        "input-required-result-tampered-state",
        "input-required-result-unsupported-methods",
        "input-required-result-validate-input",
        "tools-call-elicitation",
        "tools-call-sampling",
        "server-stateless:sep-2575-missing-capability-http-400",
        "server-stateless:sep-2575-server-rejects-undeclared-capability",
    ],
    "the server has no tasks, which are an extension": [
        "tasks-capability-negotiation",
        "tasks-dispatch-and-envelope",
        "tasks-lifecycle",
        "tasks-mrtr-composition",
        "tasks-mrtr-input",
        "tasks-request-headers",
        "tasks-request-state-removal",
        "tasks-required-task-error",
        "tasks-status-notifications",
        "tasks-wire-fields",
    ],
    "no tool takes an argument from a header": ["http-custom-header-server-validation"],
    "schemas come from the inputs of the REST API, which need no definitions or conditions": ["json-schema-2020-12"],
}
NOT_APPLICABLE = {entry for entries in DOES_NOT_APPLY.values() for entry in entries}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a product with the tools of the suite."""
    folder, port = tmp_path_factory.mktemp("conformance"), free_port()
    with installation(folder) as environment, running([*SERVER, str(port)], environment, folder / "log"):
        wait_until(lambda: is_listening(port), "the server listens", seconds=180)
        yield f"http://127.0.0.1:{port}/mcp"


@pytest.fixture(scope="module")
def results(node: Node, server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """What the suite found, by the revision whose scenarios it ran."""
    return {revision: run_suite(node, server, revision, tmp_path_factory.mktemp(revision)) for revision in PASSES}


def run_suite(node: Node, server: str, revision: str, folder: Path) -> Results:
    run = node.run("conformance", "server", "--url", server, "--requirements", revision, "-o", str(folder))
    found = {}
    for path in folder.glob("*/checks.json"):
        name = path.parent.name.removeprefix("server-").rsplit("-", 6)[0]  # without the time
        found[name] = json.loads(path.read_text())
    assert found, run.stdout + run.stderr
    return found


@pytest.mark.parametrize("revision", list(PASSES))
def test_every_scenario_that_applies_passes(results: dict[str, Results], revision: str) -> None:
    skipped = {entry.removeprefix(f"{revision}/") for entry in NOT_APPLICABLE}
    succeeded, others = {}, {}
    for name in results[revision].keys() - skipped:
        checks = [check for check in results[revision][name] if f"{name}:{check['id']}" not in skipped]
        succeeded[name] = len([check for check in checks if check["status"] == "SUCCESS" and check["id"] != WIRE])
        if unsuccessful := [check for check in checks if check["status"] not in ("SUCCESS", "INFO")]:
            others[name] = unsuccessful
    assert others == {}
    assert succeeded == PASSES[revision]


@pytest.mark.parametrize("revision", list(PASSES))
def test_calls_of_the_suite_reach_its_tools(results: dict[str, Results], revision: str) -> None:
    """An error that names an unknown tool would pass as well."""

    def answer(scenario: str) -> str:
        (result,) = [check["details"]["result"] for check in results[revision][scenario] if check["id"] != WIRE]
        text: str = result["content"][0]["text"]
        return text

    assert json.loads(answer("tools-call-simple-text")) == {"text": "This is a simple text response for testing."}
    assert "This tool intentionally returns an error for testing" in answer("tools-call-error")


def test_list_of_what_does_not_apply_is_up_to_date(results: dict[str, Results]) -> None:
    ran: set[str] = set()
    for revision, found in results.items():
        for name, checks in found.items():
            ran |= {name, f"{revision}/{name}", *(f"{name}:{check['id']}" for check in checks)}
            passed = {f"{name}:{check['id']}" for check in checks if check["status"] == "SUCCESS"}
            assert not passed & NOT_APPLICABLE
    assert NOT_APPLICABLE - ran == set()
