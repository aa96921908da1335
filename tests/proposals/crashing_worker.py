"""A worker that carries out proposals and stops at a point, for tests/proposals/test_running.py.

``python -m tests.proposals.crashing_worker POINT``; with ``end`` as the point it runs until none is due.
"""

import os
import sys

import django

from tests.crashing import stop_here, then_stop

# Before anything is done, with the effect written and not committed, and with everything written but the commit.
POINTS = ("claimed", "effect", "ending")


def main(point: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    django.setup()
    from crmsolid.limits import checks
    from crmsolid.proposals import running

    stops = {
        "claimed": (running, "_call", stop_here),
        "effect": (checks, "finish", then_stop(checks.finish)),
        "ending": (running, "_end", then_stop(running._end)),
    }
    if point in stops:
        module, name, stop = stops[point]
        setattr(module, name, stop)
    while running.run_due():
        pass


if __name__ == "__main__":
    main(sys.argv[1])
