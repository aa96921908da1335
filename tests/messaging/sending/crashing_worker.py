"""A worker process that stops at a chosen point and waits to be killed.

``python -m tests.messaging.sending.crashing_worker POINT`` sweeps, and prints ``reached`` when it stops at the point.
With ``sweep`` as the point it runs to the end.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from tests.crashing import stop_here, then_stop

POINTS = ("claiming", "claimed", "sent", "settling", "settled", "replying")


def stop_at(point: str) -> None:
    """Stop at the point. A point within a transaction is before its commit."""
    from crmsolid.events.publishing import publish_all
    from messaging.sending import claiming, sandbox, settlement
    from messaging.threads import received

    stops: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        "claiming": (claiming, "_take_leases", then_stop(claiming._take_leases)),
        "claimed": (sandbox.SandboxGateway, "send", stop_here),
        "sent": (sandbox.SandboxGateway, "send", then_stop(sandbox.SandboxGateway.send)),
        "settling": (settlement, "publish_all", then_stop(publish_all)),
        "settled": (sandbox.SandboxGateway, "after_sent", stop_here),
        "replying": (received, "publish_all", then_stop(publish_all)),
    }
    module, name, stop = stops[point]
    setattr(module, name, stop)


def main(point: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    import django

    django.setup()
    from messaging import tasks

    if point != "sweep":
        stop_at(point)
    tasks.sweep()


if __name__ == "__main__":
    main(sys.argv[1])
