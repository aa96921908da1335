"""Both clients call every operation of the API on a running product."""

import json
import re
import runpy
import sys
import types
from pathlib import Path

from tests.sdk import scenario
from tests.sdk.live import Live

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text())


def assert_every_operation_was_called(live: Live) -> None:
    """By the requests that the proxy has seen."""
    missing = []
    for path, operations in DOCUMENT["paths"].items():
        # Of two paths that fit, the one without a parameter is meant: /v1/contacts/export is no contact.
        pattern = re.compile(re.sub(r"\{\w+\}", r"[^/?]*(?:_|\\d)[^/?]*", path) + r"(\?.*)?")
        for method, operation in operations.items():
            lines = [line.removeprefix(f"{method.upper()} ") for line in live.proxy.lines()]
            if not any(pattern.fullmatch(line) for line in lines):
                missing.append(operation["operationId"])
    assert missing == []


async def test_asynchronous_client_calls_every_operation(live: Live, tmp_path: Path) -> None:
    await scenario.run(live, "async", tmp_path)
    assert_every_operation_was_called(live)


def test_synchronous_client_calls_every_operation(live: Live, tmp_path: Path) -> None:
    synchronous = runpy.run_path(str(ROOT / "sdk" / "python" / "tools" / "generate_sync.py"))["synchronous"]
    module = types.ModuleType("tests.sdk.synchronous_scenario")
    sys.modules[module.__name__] = module
    exec(compile(synchronous(Path(scenario.__file__).read_text()), scenario.__file__, "exec"), module.__dict__)
    module.run(live, "sync", tmp_path)
    assert_every_operation_was_called(live)
