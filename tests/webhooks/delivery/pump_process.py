"""A process that runs a pump and kills itself with SIGKILL at a point: ``python -m …pump_process POINT``.

``claimed``: claims are committed, nothing is posted. ``posted``: responses are here, nothing is settled. ``settling``:
all is written, the transaction is open. ``settled``: committed, the next claims are not posted. ``never``: it runs to
its end.
"""

import os
import signal
import sys

import django


def die(*args: object, **options: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(point: str) -> None:
    django.setup()
    from webhooks import endpoint_health
    from webhooks.delivery import pump
    from webhooks.delivery.sender import Sender

    match point:
        case "claimed":
            Sender.submit = die  # type: ignore[method-assign]
        case "posted":
            vars(pump)["settle"] = die
        case "settling":
            vars(endpoint_health)["record_results"] = die
        case "settled":
            submit, calls = Sender.submit, iter([True])
            Sender.submit = lambda self, work: submit(self, work) if next(calls, None) else die()  # type: ignore
    print(pump.Pump().run(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
