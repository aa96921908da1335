"""REST endpoints of sequences: parse, call one service, render."""

from crmsolid.api.endpoint import ApiResponse, ListOf, endpoint
from crmsolid.api.fields import EmptyIn, PageQuery
from crmsolid.api.pagination import Page
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Scope
from sequences import services
from sequences.inputs import EnrollmentsQuery, ResumeIn, SequenceContactIn, SequenceEnrollmentsQuery
from sequences.models import Enrollment
from sequences.representations import EnrollmentOut, PreviewOut, PreviewStepOut, SequenceDetailOut, SequenceOut

MANAGE = (Scope.MANAGE_SEQUENCES,)


def _enrollment(enrollment: Enrollment, status: int = 200) -> ApiResponse:
    return ApiResponse(EnrollmentOut.render(enrollment), status=status, contact_id=str(enrollment.contact_id or ""))


def _enrollments(page: Page) -> ApiResponse:
    return ApiResponse(page.as_dict([EnrollmentOut.render(enrollment) for enrollment in page.rows]))


class SequencesView(WorkspaceView):
    """List sequences; they are made in the panel."""

    @endpoint(scopes=MANAGE, query=PageQuery, responses={200: ListOf(SequenceOut)})
    def get(self) -> ApiResponse:
        page = services.list_sequences(self.actor, **self.query)
        return ApiResponse(page.as_dict([SequenceOut.render(sequence) for sequence in page.rows]))


class SequenceView(WorkspaceView):
    """Read a sequence with the steps of its latest version."""

    @endpoint(scopes=MANAGE, responses={200: SequenceDetailOut})
    def get(self, sequence_id: str) -> ApiResponse:
        sequence, definition = services.get_sequence(self.actor, sequence_id)
        return ApiResponse(SequenceDetailOut.render(sequence, **definition.as_json()))


class StartView(WorkspaceView):
    """Start a draft, so that contacts can be enrolled."""

    @endpoint(scopes=MANAGE, body=EmptyIn, responses={200: SequenceOut}, error_codes=("invalid_state",))
    def post(self, sequence_id: str) -> ApiResponse:
        return ApiResponse(SequenceOut.render(services.start_sequence(self.actor, sequence_id)))


class PauseView(WorkspaceView):
    """Pause a sequence: none of its messages is sent until it is resumed. Everybody stays in it."""

    @endpoint(scopes=MANAGE, body=EmptyIn, responses={200: SequenceOut}, error_codes=("invalid_state",))
    def post(self, sequence_id: str) -> ApiResponse:
        return ApiResponse(SequenceOut.render(services.pause_sequence(self.actor, sequence_id)))


class ResumeView(WorkspaceView):
    """Resume a paused sequence."""

    @endpoint(scopes=MANAGE, body=ResumeIn, responses={200: SequenceOut}, error_codes=("invalid_state",))
    def post(self, sequence_id: str) -> ApiResponse:
        return ApiResponse(SequenceOut.render(services.resume_sequence(self.actor, sequence_id, **self.body)))


class PreviewView(WorkspaceView):
    """Each step with its planned time, and its text for a key that may read contacts. Nothing is sent or changed."""

    @endpoint(
        scopes=MANAGE,
        body=SequenceContactIn,
        responses={200: PreviewOut},
        error_codes=("not_found", "contact_opted_out"),
        reads=True,
    )
    def post(self, sequence_id: str) -> ApiResponse:
        steps = services.preview_sequence(self.actor, sequence_id, **self.body)
        contact_id = self.body["contact_id"]
        return ApiResponse({"steps": [PreviewStepOut.render(step) for step in steps]}, contact_id=contact_id)


class EnrollView(WorkspaceView):
    """Enroll a contact in an active sequence. Whoever is in it already is not enrolled a second time."""

    @endpoint(
        scopes=MANAGE,
        body=SequenceContactIn,
        responses={201: EnrollmentOut},
        error_codes=("not_found", "sequence_not_active", "contact_opted_out", "already_enrolled"),
        operation_id="enroll_contact",
    )
    def post(self, sequence_id: str) -> ApiResponse:
        enrollment = services.enroll_contact(self.actor, sequence_id, **self.body)
        response = _enrollment(enrollment, status=201)
        response.headers["Location"] = f"/v1/enrollments/{enrollment.pk}"
        return response


class SequenceEnrollmentsView(WorkspaceView):
    """List the enrollments of a sequence."""

    @endpoint(scopes=MANAGE, query=SequenceEnrollmentsQuery, responses={200: ListOf(EnrollmentOut)})
    def get(self, sequence_id: str) -> ApiResponse:
        return _enrollments(services.list_enrollments(self.actor, sequence_id=sequence_id, **self.query))


class EnrollmentsView(WorkspaceView):
    """List enrollments, of one sequence or of all."""

    @endpoint(scopes=MANAGE, query=EnrollmentsQuery, responses={200: ListOf(EnrollmentOut)}, error_codes=("not_found",))
    def get(self) -> ApiResponse:
        return _enrollments(services.list_enrollments(self.actor, **self.query))


class EnrollmentView(WorkspaceView):
    """Read an enrollment."""

    @endpoint(scopes=MANAGE, responses={200: EnrollmentOut})
    def get(self, enrollment_id: str) -> ApiResponse:
        return _enrollment(services.get_enrollment(self.actor, enrollment_id))


class PauseEnrollmentView(WorkspaceView):
    """Pause an enrollment: the contact is sent nothing of the sequence until it is resumed."""

    @endpoint(scopes=MANAGE, body=EmptyIn, responses={200: EnrollmentOut}, error_codes=("invalid_state",))
    def post(self, enrollment_id: str) -> ApiResponse:
        return _enrollment(services.pause_enrollment(self.actor, enrollment_id))


class ResumeEnrollmentView(WorkspaceView):
    """Resume a paused enrollment."""

    @endpoint(scopes=MANAGE, body=ResumeIn, responses={200: EnrollmentOut}, error_codes=("invalid_state",))
    def post(self, enrollment_id: str) -> ApiResponse:
        return _enrollment(services.resume_enrollment(self.actor, enrollment_id, **self.body))


class StopEnrollmentView(WorkspaceView):
    """End an enrollment for good. The contact can be enrolled again."""

    @endpoint(scopes=MANAGE, body=EmptyIn, responses={200: EnrollmentOut}, error_codes=("invalid_state",))
    def post(self, enrollment_id: str) -> ApiResponse:
        return _enrollment(services.stop_enrollment(self.actor, enrollment_id))
