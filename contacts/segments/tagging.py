"""The job that tags the contacts of a segment, chunk by chunk in the order of their ids.

Each contact is judged once, when its turn comes: whether it is in the segment then, by the filter and for the instant
at which the job was started. So it does not matter that the tags themselves make contacts enter or leave the segment,
and a change of the segment does not change a job that has begun. Whoever comes into the segment behind the position of
the job is left out.
"""

from collections.abc import Sequence
from datetime import datetime

from contacts import repository as contacts
from contacts.models import Segment
from contacts.segments.conditions import ConditionErrors, load_condition
from contacts.segments.matching import matching
from contacts.walking import Walk
from crmsolid.core import clock
from crmsolid.jobs.kinds import JobFailed, JobKind
from crmsolid.jobs.models import Job
from crmsolid.jobs.runner import actor_of, start_job
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor, Scope

# Contacts a chunk. Each may have an event of seven parameters.
BATCH = 500


def start(actor: Actor, segment: Segment, add: Sequence[str], remove: Sequence[str], *, total: int | None) -> Job:
    """Start the job in the caller's transaction."""
    params = {
        "filter": segment.filter,
        "as_of": clock.now().isoformat(),
        "add": list(add),
        "remove": list(remove),
        "after": "",
    }
    return start_job(actor, TAG_SEGMENT, Scope.WRITE_CONTACTS, total=total, params=params, object_id=segment.pk)


def _tag_chunk(job: Job) -> datetime | None:
    """Tag the next contacts of the segment."""
    try:
        condition = load_condition(job.workspace_id, job.params["filter"])
    except ConditionErrors as errors:
        raise JobFailed("invalid_state", f"the filter of the segment does not fit any more: {errors}") from None
    people = matching(job.workspace_id, condition, datetime.fromisoformat(job.params["as_of"]))
    walk = Walk.of(job)
    ids = [contact.pk for contact in walk.next(people.only("pk"), BATCH)]
    walk.keep_in(job)
    if not ids:
        return None if walk.ended else clock.now()
    locked = contacts.lock(job.workspace_id, ids)
    # A statement of its own after the locks: another transaction may have changed contacts or tags meanwhile.
    still_in = set(people.filter(pk__in=ids).values_list("pk", flat=True))
    due = contacts.with_tags([contact for contact in locked if contact.pk in still_in])
    actor = actor_of(job, TAG_SEGMENT.name)
    changed = contacts.change_tags(actor, due, add=job.params["add"], remove=job.params["remove"])
    job.done += len(due)
    job.result = {"changed": job.result.get("changed", 0) + len(changed)}
    return clock.now()


def _forget(job: Job) -> None:
    """A filter may name a person, and nobody needs it any more."""
    job.params = {}


def _links(job: Job) -> Sequence[tuple[str, str]]:
    segments = Segment.objects.for_workspace(job.workspace_id).filter(pk=job.object_id)
    return [("The segment", panel_url("contacts_segment_change", job.object_id))] if segments.exists() else []


TAG_SEGMENT = JobKind("contacts.tag_segment", "Tags of a segment", _tag_chunk, close=_forget, links=_links)
