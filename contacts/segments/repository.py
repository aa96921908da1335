"""The statements on segments: find one, and the one query of the contacts that are in it.

Whatever counts, lists, exports or works on the contacts of a segment uses :func:`in_segment`, so they never disagree.
"""

from collections.abc import Mapping
from datetime import datetime

from contacts.models import Contact, ContactQuerySet, CustomField, Segment
from contacts.segments.compilation import where
from contacts.segments.conditions import Condition, ConditionErrors, load_condition
from crmsolid.core.errors import DomainError, not_found
from crmsolid.core.ids import is_id
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.models import Workspace

_segments = Table(Segment)


def find_segment(workspace: Workspace | int, segment_id: str, *, lock: bool = False, copying: bool = False) -> Segment:
    """The segment with this id, locked for a change if asked for. ``not_found`` (404).

    ``copying`` is for whoever stores its filter elsewhere: an erasure waits for the end of the transaction before it
    looks for copies. Others can copy at the same time.
    """
    segments = Segment.objects.for_workspace(workspace)
    segments = segments.select_for_update(no_key=True) if lock else segments
    segment: Segment | None = segments.filter(pk=segment_id).first() if is_id("seg", segment_id) else None
    if segment is not None and copying:
        segment = next(iter(_segments.select("id = %s FOR SHARE", [segment_id])), None)
    if segment is None:
        raise not_found("segment")
    return segment


def condition_of(segment: Segment, definitions: Mapping[str, CustomField] | None = None) -> Condition:
    """The condition of the segment. ``definitions`` as in ``load_condition``.

    ``invalid_state`` (409) if its filter does not fit any more, for example because a custom field is gone: such a
    segment selects nobody rather than the wrong contacts.
    """
    try:
        return load_condition(segment.workspace_id, segment.filter, definitions)
    except ConditionErrors as errors:
        wrong = errors.errors[0]
        path = f"filter.{wrong.field}" if wrong.field else "filter"
        detail = f"the filter of the segment does not fit any more, correct it: {path}: {wrong.detail}"
        raise DomainError("invalid_state", detail) from None


def in_segment(workspace: Workspace | int, segment: Segment, now: datetime) -> ContactQuerySet:
    """The contacts of the workspace that are in the segment at the instant ``now``, for which ``within_days`` counts.

    Each contact appears once, in no order. Reads the custom fields if the filter names one. ``invalid_state`` as
    :func:`condition_of`.
    """
    return matching(workspace, condition_of(segment), now)


def matching(workspace: Workspace | int, condition: Condition, now: datetime) -> ContactQuerySet:
    """The contacts of the workspace for whom the condition holds at the instant ``now``."""
    contacts: ContactQuerySet = Contact.objects.for_workspace(workspace).filter(where(condition, now))
    return contacts
