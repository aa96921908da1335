"""A process that runs a pump and sends itself a signal at a point: ``main(POINT, SIGNAL, LEASE)``.

``claimed``: claims are committed, nothing is posted. ``posted``: responses are here, nothing is settled. ``settling``:
all is written, the transaction is open. ``settled``: committed, the next claims are not posted. ``positioned``: events
have their positions, nothing is claimed, the transaction is open. ``never``: no signal.

SIGNAL is ``KILL`` or ``STOP``; after the latter the pump goes on where it was. LEASE is in seconds. Its sessions may
stay idle in a transaction for a second.
"""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from django.db import connection

from webhooks import endpoint_health
from webhooks.delivery import pump, queue
from webhooks.delivery.sender import Sender


def main(point: str, signal_name: str = "KILL", lease: str = "") -> None:
    connection.settings_dict["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=1s"
    if lease:
        vars(queue)["LEASE"] = vars(pump)["LEASE"] = timedelta(seconds=float(lease))
    called: dict[str, tuple[Any, str, int]] = {
        "claimed": (Sender, "submit", 1),
        "posted": (pump, "settle", 1),
        "settling": (endpoint_health, "record_results", 1),
        "settled": (Sender, "submit", 2),
        "positioned": (pump, "claim", 1),
    }
    if point in called:
        owner, name, call = called[point]
        setattr(owner, name, signaled(getattr(owner, name), signal.Signals[f"SIG{signal_name}"], call))
    pump.Pump().run()


def signaled(function: Callable[..., Any], number: int, call: int) -> Callable[..., Any]:
    """``function``, which sends the signal to this process just before the call of that number."""
    calls = count(1)

    def wrapped(*args: Any, **options: Any) -> Any:
        if next(calls) == call:
            os.kill(os.getpid(), number)
        return function(*args, **options)

    return wrapped
