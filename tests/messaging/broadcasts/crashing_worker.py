"""A worker process of broadcasts that stops at a chosen point and waits to be killed.

``python -m tests.messaging.broadcasts.crashing_worker POINT`` freezes, makes and sends, and prints ``reached`` when it
stops at the point. With ``end`` as the point it runs until nothing is due.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from tests.crashing import stop_here, then_stop

POINTS = ("freezing", "frozen", "making", "made", "claimed", "delivered", "settling", "settled", "closing")


def stop_at(point: str) -> None:
    """Stop at the point. ``freezing``, ``making``, ``settling`` and ``closing`` are within a transaction."""
    from messaging.broadcasts import audience, batches, job, querysets
    from messaging.sending import automatic, sandbox, sources

    stops: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        "freezing": (job, "judge", then_stop(audience.judge)),
        "frozen": (job, "send_chunk", stop_here),
        "making": (automatic, "accept", then_stop(automatic.accept)),
        "made": (batches, "recover_outcomes", _stop_if_made),
        "claimed": (sandbox.SandboxGateway, "send", stop_here),
        "delivered": (sandbox.SandboxGateway, "send", then_stop(sandbox.SandboxGateway.send)),
        "settling": (sources, "settled", then_stop(sources.settled)),
        "settled": (sandbox.SandboxGateway, "after_sent", stop_here),
        "closing": (job, "load_counts", then_stop(querysets.load_counts)),
    }
    module, name, stop = stops[point]
    setattr(module, name, stop)


def _stop_if_made(broadcast: Any) -> None:
    from messaging.models import Message

    if Message.unscoped.exists():
        stop_here()


def main(point: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    import django

    django.setup()
    from crmsolid.core import clock
    from crmsolid.jobs import runner
    from crmsolid.jobs.models import Job
    from messaging import tasks

    if point != "end":
        stop_at(point)
    while Job.unscoped.filter(finished_at=None).update(next_run_at=clock.now()):
        runner.run_due(seconds=0)
        tasks.sweep()


if __name__ == "__main__":
    main(sys.argv[1])
