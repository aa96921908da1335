"""What sequences accept: request bodies and query parameters."""

from crmsolid.api.fields import Choice, Id, PageQuery, StrictSerializer
from sequences.models import EnrollmentStatus
from sequences.representations import EnrollmentOut
from sequences.running.schedule import ResumeMode


class SequenceContactIn(StrictSerializer):
    """The contact to enroll, or to preview the sequence for."""

    example = {"contact_id": "con_01KA3QY5VJ8B6M2T9XZ4R7WDEF"}
    resource = EnrollmentOut

    contact_id = Id("contact")


class ResumeIn(StrictSerializer):
    """When the steps that wait are due after the pause."""

    body_required = False
    example = {"mode": "keep_dates"}

    mode = Choice(
        choices=[mode.value for mode in ResumeMode],
        default=ResumeMode.KEEP_DATES.value,
        help_text="`keep_dates`: as planned, at once if that has passed. `restart_delay`: the delay begins now. "
        "`only_active_time`: the pause does not count.",
    )


class SequenceEnrollmentsQuery(PageQuery):
    status = Choice(choices=EnrollmentStatus.values, required=False)
    contact_id = Id("contact", is_filter=True, required=False, help_text="Of this contact.")


class EnrollmentsQuery(SequenceEnrollmentsQuery):
    sequence_id = Id("sequence", required=False, help_text="In this sequence.")
