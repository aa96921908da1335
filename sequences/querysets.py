"""Reads of sequences that have a name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count

from crmsolid.workspaces.models import Workspace
from sequences.models import Enrollment


def people_by_status(workspace: Workspace, sequence_ids: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
    """How many enrollments each of these sequences has by their status, in one query."""
    rows = Enrollment.objects.for_workspace(workspace).filter(sequence__in=list(sequence_ids))
    counted = rows.values_list("sequence_id", "status").annotate(people=Count("pk")).order_by()
    people: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for sequence_id, status, number in counted:
        people[sequence_id][status] = number
    return people
