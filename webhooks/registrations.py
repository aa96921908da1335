"""What webhooks add to the layers below."""

from crmsolid.core.crypto import register_columns
from crmsolid.core.erasure import KeptData, kept_data
from crmsolid.events.positions import listeners
from crmsolid.events.publishing import tasks_to_wake
from crmsolid.jobs.kinds import kinds
from webhooks import (
    erasure,
    events,  # noqa: F401 - declares the event types
    replays,
)
from webhooks.delivery.queue import PUMP_TASK, make_deliveries
from webhooks.models import Endpoint

kinds.register(replays.REPLAY.name, replays.REPLAY)
listeners.register("webhooks.deliveries", make_deliveries)
tasks_to_wake.register("webhooks.pump", PUMP_TASK)
kept_data.register("webhooks.deliveries", KeptData(erasure.erase, erasure.export))
register_columns(Endpoint, "secret", "previous_secret", "headers", bound_to=("workspace_id", "id"))
