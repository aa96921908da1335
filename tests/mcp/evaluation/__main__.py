"""``python -m tests.mcp.evaluation COMMAND [TASK ...]``: gives the tasks to a model (see docs/mcp-evaluation.md).

COMMAND reads one JSON object from its standard input and writes one to its standard output, once a turn.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.migrated import copy_migrated_sqlite


def main(command: str, *wanted: str) -> int:
    with tempfile.TemporaryDirectory(prefix="crmsolid-evaluation-") as folder:
        data = Path(folder) / "data"
        copy_migrated_sqlite(data)
        os.environ |= {"CRMSOLID_DATA": str(data), "DJANGO_SETTINGS_MODULE": "crmsolid.settings"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
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
