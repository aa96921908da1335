"""``python -m tests.mcp.evaluation COMMAND [TASK ...]``: gives the tasks to a model (see docs/mcp-evaluation.md).

COMMAND reads one JSON object from its standard input and writes one to its standard output, once a turn.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.plugins.services import provide


def main(command: str, *wanted: str) -> int:
    with (
        ExitStack() as services,
        tempfile.TemporaryDirectory(prefix="crmsolid-evaluation-") as folder,
    ):
        provide(services)
        from tests.products import installation

        os.environ |= services.enter_context(installation(Path(folder)))
        import django

        django.setup()
        return _run(command, wanted)


def _run(command: str, wanted: tuple[str, ...]) -> int:
    from tests.mcp.evaluation.model import work_on
    from tests.mcp.evaluation.player import TASKS
    from tests.mcp.evaluation.workspace import prepared

    def model(known: dict[str, Any]) -> dict[str, Any]:
        output = subprocess.check_output(command, shell=True, input=json.dumps(known), text=True)
        said: dict[str, Any] = json.loads(output)
        return said

    tasks = [task for task in TASKS if not wanted or task["id"] in wanted]
    failed = 0
    for number, task in enumerate(tasks):
        with prepared(f"evaluation-{number}") as workspace:
            score = work_on(task, workspace, model)
        failed += bool(score.wrong)
        calls = ", ".join(f"{name} (refused)" if refused else name for name, refused in score.calls)
        print("FAIL" if score.wrong else "ok  ", task["id"], f"[{calls}]", "; ".join(score.wrong), flush=True)
    print(f"{len(tasks) - failed} of {len(tasks)} tasks passed")
    return int(bool(failed))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
