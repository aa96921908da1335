"""A supervised process must not outlive its supervisor, even one that was killed."""

import os
import signal
import threading
import time

SUPERVISOR = "CRMSOLID_SUPERVISOR_PID"
_LOOK_SECONDS = 1.0


def end_with_supervisor() -> None:
    """Watch the parent from a thread; end as by SIGTERM once it is gone. Nothing to do without a supervisor."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor:
        threading.Thread(target=_watch, args=(int(supervisor),), name="orphan-watch", daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
