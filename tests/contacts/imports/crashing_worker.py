"""A worker process that runs the due jobs, stops at a chosen point and waits to be killed.

``python -m tests.contacts.imports.crashing_worker POINT``; with ``end`` as the point it runs until no job is due.
"""

import os
import sys
from typing import Any

from tests.crashing import stop_here, then_stop

POINTS = ("written", "counted", "between")


def stop_at(point: str) -> None:
    """Stop at the point, in the second chunk. ``written`` and ``counted`` are within its transaction."""
    from contacts.imports import jobs, writing
    from crmsolid.jobs import runner

    modules: dict[str, tuple[Any, str]] = {
        "written": (writing, "write"),
        "counted": (jobs, "_record"),
        "between": (runner, "_run_next"),
    }
    module, name = modules[point]
    original, calls = getattr(module, name), 0

    def wrapped(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            return stop_here() if point == "between" else then_stop(original)(*args, **options)
        return original(*args, **options)

    setattr(module, name, wrapped)


def main(point: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    import django

    django.setup()
    from crmsolid.jobs import runner

    if point != "end":
        stop_at(point)
    runner.run_due()


if __name__ == "__main__":
    main(sys.argv[1])
