"""When a contact started and ended sequences, in its timeline."""

from collections.abc import Iterable

from contacts.models import Contact
from contacts.timeline import Entry, Older, Source
from sequences.models import Enrollment, EnrollmentStatus

_ENDED = {
    EnrollmentStatus.COMPLETED: ("Finished", ("success", "Completed")),
    EnrollmentStatus.STOPPED: ("Left", ("default", "Stopped")),
    EnrollmentStatus.FAILED: ("Left", ("danger", "Failed")),
}


def started(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    rows = contact.enrollments.filter(older.than("created_at")).select_related("sequence")
    for each in rows.order_by("-created_at", "-pk")[:limit]:
        yield Entry(each.created_at, each.pk, f"Started the sequence {each.sequence}", page=_page(each))


def ended(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    rows = contact.enrollments.filter(older.than("ended_at"), ended_at__isnull=False)
    for each in rows.select_related("sequence").order_by("-ended_at", "-pk")[:limit]:
        assert each.ended_at is not None
        verb, label = _ENDED[EnrollmentStatus(each.status)]
        why = each.get_reason_display() if each.reason else ""
        title = f"{verb} the sequence {each.sequence}"
        yield Entry(each.ended_at, each.pk, title, detail=why, label=label, page=_page(each))


def _page(enrollment: Enrollment) -> tuple[str, str]:
    return "sequences_enrollment_change", enrollment.pk


SOURCES = (
    Source("sequence", "Sequences", "workflow", started),
    Source("sequence_end", "Sequences", "workflow", ended),
)
