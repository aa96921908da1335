"""The MCP tools of sequences. Enrolling and resuming let messages go out, which cannot be taken back."""

from crmsolid.mcp.tool import Tool
from sequences.views import (
    EnrollmentsView,
    EnrollView,
    PauseEnrollmentView,
    PauseView,
    ResumeEnrollmentView,
    ResumeView,
    SequencesView,
    SequenceView,
    StartView,
    StopEnrollmentView,
)

TOOLS = (
    Tool(
        "list_sequences",
        "List sequences",
        "List the drip sequences, newest first. Contacts can be enrolled in those that are `active`.",
        SequencesView,
    ),
    Tool(
        "get_sequence",
        "Read a sequence",
        "Read what a sequence sends (`steps` of the latest version), when (`window`, `jitter`), from where "
        "(`account_ids`), and what stops it (`stop_on`).",
        SequenceView,
        as_listed=True,
    ),
    Tool(
        "start_sequence",
        "Start a sequence",
        "Start a draft, so that contacts can be enrolled; nothing is sent by this. It never is a draft again. A paused "
        "sequence needs resume_sequence.",
        StartView,
        "POST",
    ),
    Tool(
        "pause_sequence",
        "Pause a sequence",
        "Pause an active sequence: none of its messages is sent until resume_sequence. Everybody stays in it.",
        PauseView,
        "POST",
    ),
    Tool(
        "resume_sequence",
        "Resume a sequence",
        "Resume a paused sequence: its messages go out again to everybody in it, so ask the user first, also for the "
        "`mode`.",
        ResumeView,
        "POST",
        destructive=True,
        open_world=True,
    ),
    Tool(
        "list_enrollments",
        "List enrollments",
        "Who is in which sequence, newest first. `step` is sent at `next_run_at`; `reason` says what it waits for, or "
        "why it ended.",
        EnrollmentsView,
    ),
    Tool(
        "enroll_contact",
        "Enroll contacts",
        "Put a contact into an active sequence, whose messages are then sent one after the other, the first perhaps at "
        "once. Many by `contact_ids`, `segment_id` or `filter`: the answer is a job, which list_jobs follows. Ask the "
        "user first; get_sequence shows the texts, preview_segment the people. Nobody is in a sequence twice at once.",
        EnrollView,
        "POST",
        destructive=True,
        idempotent=False,  # a contact who has finished is enrolled again
        open_world=True,
        about={"contact_id": "", "contact_ids": "", "segment_id": "", "filter": "As in list_contacts."},
    ),
    Tool(
        "pause_enrollment",
        "Pause an enrollment",
        "Pause a sequence for one contact: nothing of it is sent until resume_enrollment.",
        PauseEnrollmentView,
        "POST",
    ),
    Tool(
        "resume_enrollment",
        "Resume an enrollment",
        "Resume a paused enrollment: the messages go out again, so ask the user first.",
        ResumeEnrollmentView,
        "POST",
        destructive=True,
        open_world=True,
        about={"mode": "As in resume_sequence."},
    ),
    Tool(
        "stop_enrollment",
        "Stop an enrollment",
        "End an enrollment for good; its queued message is canceled. enroll_contact starts anew; for a break use "
        "pause_enrollment.",
        StopEnrollmentView,
        "POST",
        destructive=True,
    ),
)
