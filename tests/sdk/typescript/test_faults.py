"""The scenarios of faults, with the TypeScript client."""

import pytest

from tests.sdk.faults.suite import Suite
from tests.sdk.typescript.toolchain import TypeScript


@pytest.mark.parametrize("runtime", ["node", "deno", "bun"])
def test_client(typescript: TypeScript, faults: Suite, runtime: str) -> None:
    faults.check(typescript.command(runtime, "build/tests/faults.js"), typescript.folder)
