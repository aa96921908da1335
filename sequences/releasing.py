"""What waits while sending is held (:mod:`crmsolid.workspaces.sending_hold`), and how it goes on: for whoever runs the
server, about all workspaces. It is here because steps of sequences wait as well as messages."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace, where_plan_allows_sending
from crmsolid.workspaces.sending_hold import Hold
from messaging import held
from messaging.held import WaitingBroadcast, WaitingMessages
from sequences import services
from sequences.models import Enrollment, EnrollmentStatus, Sequence, SequenceStatus

COMMAND = "sending"


@dataclass(frozen=True, slots=True)
class WaitingSteps:
    """A sequence that is active and has steps due."""

    workspace: str
    sequence_id: str
    name: str
    due: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What would go out at once, or as accounts and windows allow, if sending were not held."""

    messages: list[WaitingMessages]
    sequences: list[WaitingSteps]
    broadcasts: list[WaitingBroadcast]


@dataclass(frozen=True, slots=True)
class Canceled:
    """What a release has taken back."""

    messages_canceled: int
    sequences_paused: int
    broadcasts_paused: int


def actor_in(workspace: Workspace) -> Actor:
    """Whoever runs the server, in this workspace."""
    return Actor.command(workspace, COMMAND)


def waiting(hold: Hold | None) -> Waiting:
    """What waits now, in all workspaces."""
    since = None if hold is None else hold.since
    return Waiting(held.waiting_messages(since), _waiting_steps(), held.waiting_broadcasts())


def _waiting_steps() -> list[WaitingSteps]:
    rows = Enrollment.unscoped.filter(
        where_plan_allows_sending("workspace__"),
        status=EnrollmentStatus.ACTIVE,
        next_run_at__lte=clock.now(),
        sequence__status=SequenceStatus.ACTIVE,
    )
    groups = rows.values_list("workspace__slug", "sequence_id", "sequence__name").annotate(due=Count("pk"))
    return [WaitingSteps(*group) for group in groups.order_by("workspace__slug", "sequence_id")]


def release(*, cancel_before: datetime | None) -> Canceled:
    """End the hold. ``cancel_before`` None: everything that waits is sent. Else messages that were created before that
    time and wait are canceled, and sequences and broadcasts from before that time are paused, so that people decide
    about them in the panel; what was accepted since is sent.

    The hold ends last: if this is interrupted, it is still in force, and the same call goes on. Errors:
    ``invalid_state`` if sending is not held.
    """
    if not sending_hold.is_held():
        raise DomainError("invalid_state", "sending is not held; nothing was changed")
    canceled = Canceled(0, 0, 0)
    if cancel_before is not None:
        # Sequences and broadcasts first: they make no new messages then, for which the canceled ones would leave room.
        sequences_paused = _pause_sequences()
        broadcasts_paused = held.pause_broadcasts(cancel_before, COMMAND)
        canceled = Canceled(held.cancel_waiting(cancel_before, COMMAND), sequences_paused, broadcasts_paused)
    sending_hold.release(actor_in, mode="resume" if cancel_before is None else "cancel")
    return canceled


def _pause_sequences() -> int:
    """Pause every active sequence, as a person would; returns their number."""
    paused = 0
    for sequence in Sequence.unscoped.filter(status=SequenceStatus.ACTIVE).select_related("workspace").order_by("pk"):
        try:
            services.pause_sequence(actor_in(sequence.workspace), sequence.pk)
        except DomainError as error:
            if error.code not in ("invalid_state", "not_found"):  # somebody has paused or deleted it meanwhile
                raise
        else:
            paused += 1
    return paused
