"""REST endpoints of sequences: parse, call one service, render."""

from collections.abc import Mapping
from typing import Any

from contacts.repository import load_names
from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, endpoint
from crmsolid.api.fields import EmptyIn, PageQuery
from crmsolid.api.pagination import Page
from crmsolid.api.preconditions import Check, entity_tag
from crmsolid.api.views import WorkspaceView
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.jobs.representations import JobOut
from crmsolid.workspaces.actor import Actor, Scope
from sequences import services
from sequences.definition import Definition, read_document
from sequences.inputs import (
    MOVE,
    READ_ONLY,
    EnrollIn,
    EnrollmentsQuery,
    ResumeIn,
    SequenceContactIn,
    SequenceEnrollmentsQuery,
    SequenceIn,
    SequencePatch,
    SequenceReplacementIn,
)
from sequences.models import Enrollment, Sequence
from sequences.representations import EnrollmentOut, PreviewOut, PreviewStepOut, SequenceDetailOut, SequenceOut
from sequences.versions import current_version

MANAGE = (Scope.MANAGE_SEQUENCES,)


def _enrollment(actor: Actor, enrollment: Enrollment, status: int = 200) -> ApiResponse:
    (data,) = _rendered(actor, [enrollment])
    return ApiResponse(data, status=status, contact_id=str(enrollment.contact_id or ""))


def _enrollments(actor: Actor, page: Page) -> ApiResponse:
    return ApiResponse(page.as_dict(_rendered(actor, page.rows)))


def _rendered(actor: Actor, enrollments: list[Enrollment]) -> list[dict[str, Any]]:
    """The enrollments, with their contacts for those who may read contacts."""
    if not actor.has(Scope.READ_CONTACTS):
        return [EnrollmentOut.render(each, contact=None) for each in enrollments]
    load_names(enrollments)
    return [EnrollmentOut.render(each) for each in enrollments]


def _detail(sequence: Sequence) -> dict[str, Any]:
    return SequenceDetailOut.render(sequence, **current_version(sequence).definition.as_json())


def _written(sequence: Sequence, status: int = 200, **headers: str) -> ApiResponse:
    data = _detail(sequence)  # as it is stored, so that its entity tag is that of a GET
    return ApiResponse(data, status, {"ETag": entity_tag(data), **headers}, may_name_people=True)


class SequencesView(WorkspaceView):
    """List sequences; make one."""

    @endpoint(scopes=MANAGE, query=PageQuery, responses={200: ListOf(SequenceOut)}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        """List sequences, newest first."""
        page = services.list_sequences(self.actor, **self.query)
        return ApiResponse(page.as_dict([SequenceOut.render(sequence) for sequence in page.rows]))

    @endpoint(scopes=MANAGE, body=SequenceIn, responses={201: SequenceDetailOut}, etag=True)
    def post(self) -> ApiResponse:
        """Make a sequence, as a draft.

        `errors` names each wrong part by its path, such as `steps[2].text`. Start it when contacts may be enrolled.
        """
        sequence = services.create_sequence(self.actor, read_document(self.workspace, self.body))
        return _written(sequence, 201, Location=f"/v1/sequences/{sequence.pk}")


class SequenceView(WorkspaceView):
    """One sequence: read it, publish its next version."""

    @endpoint(scopes=MANAGE, responses={200: SequenceDetailOut}, narrowed=Narrowed.SEGMENT)
    def get(self, sequence_id: str) -> ApiResponse:
        """Read a sequence with the steps of its latest version."""
        sequence, definition = services.get_sequence(self.actor, sequence_id)
        return ApiResponse(SequenceDetailOut.render(sequence, **definition.as_json()))

    @endpoint(scopes=MANAGE, body=SequenceReplacementIn, responses={200: SequenceDetailOut})
    def put(self, sequence_id: str) -> ApiResponse:
        """Replace what a sequence says.

        If that differs from its latest version, it is published as the next one, and versions never change. Steps are
        the same if they have the same `id`.
        """
        known = {name: self.body.pop(name) for name in READ_ONLY if name in self.body}
        in_flight = self.body.pop("in_flight")
        definition, check = read_document(self.workspace, self.body), self.preconditions.check(_detail)

        def check_all(sequence: Sequence) -> None:
            check(sequence)
            _check_unchanged(sequence, known)

        return self._publish(sequence_id, definition, in_flight, check_all)

    @endpoint(scopes=MANAGE, body=SequencePatch, responses={200: SequenceDetailOut})
    def patch(self, sequence_id: str) -> ApiResponse:
        """Change what a sequence says.

        As PUT; absent members are kept. `steps` replaces all steps.
        """
        in_flight = self.body.pop("in_flight")

        def change(latest: Definition) -> Definition:
            return read_document(self.workspace, {**latest.as_json(), **self.body})

        return self._publish(sequence_id, change, in_flight, self.preconditions.check(_detail))

    def _publish(self, sequence_id: str, definition: Any, in_flight: str, check: Check) -> ApiResponse:
        sequence, _ = services.update_sequence(
            self.actor, sequence_id, definition, move_people=in_flight == MOVE, check=check
        )
        return _written(sequence)


def _check_unchanged(sequence: Sequence, known: Mapping[str, Any]) -> None:
    """Raise ``validation_failed`` unless these are what GET answers of the sequence."""
    shown = SequenceOut.render(sequence)
    errors = [
        FieldError(name, "read_only", f"it is {shown[name]}, and this call does not change it; leave it out")
        for name, value in known.items()
        if value != shown[name]
    ]
    if errors:
        raise DomainError("validation_failed", errors=errors)


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
        narrowed=Narrowed.SERVED,
    )
    def post(self, sequence_id: str) -> ApiResponse:
        steps = services.preview_sequence(self.actor, sequence_id, **self.body)
        contact_id = self.body["contact_id"]
        return ApiResponse({"steps": [PreviewStepOut.render(step) for step in steps]}, contact_id=contact_id)


class EnrollView(WorkspaceView):
    """Enroll a contact in an active sequence, or many.

    Whoever is in it already is not enrolled a second time. Many are enrolled by a job, each when their turn comes; that
    also needs `read:contacts`. Its `result` is `{enrolled, skipped: {reason: number}}`; the reasons are
    `already_enrolled`, `contact_opted_out` and `not_found`. It fails if the sequence is paused meanwhile.
    """

    @endpoint(
        scopes=MANAGE,
        body=EnrollIn,
        responses={201: EnrollmentOut, 202: JobOut},
        error_codes=(
            *("not_found", "sequence_not_active", "contact_opted_out", "already_enrolled"),
            *("invalid_state", "scope_missing"),
        ),
        operation_id="enroll_contact",
        slow_with=("segment_id", "filter"),
        narrowed=Narrowed.SERVED,
    )
    def post(self, sequence_id: str) -> ApiResponse:
        if "contact_id" not in self.body:
            job = services.enroll_many(self.actor, sequence_id, **self.body)
            return ApiResponse(JobOut.render(job), status=202, headers={"Location": f"/v1/jobs/{job.pk}"})
        enrollment = services.enroll_contact(self.actor, sequence_id, **self.body)
        response = _enrollment(self.actor, enrollment, status=201)
        response.headers["Location"] = f"/v1/enrollments/{enrollment.pk}"
        return response


class SequenceEnrollmentsView(WorkspaceView):
    """List the enrollments of a sequence."""

    @endpoint(
        scopes=MANAGE, query=SequenceEnrollmentsQuery, responses={200: ListOf(EnrollmentOut)}, narrowed=Narrowed.SERVED
    )
    def get(self, sequence_id: str) -> ApiResponse:
        return _enrollments(self.actor, services.list_enrollments(self.actor, sequence_id=sequence_id, **self.query))


class EnrollmentsView(WorkspaceView):
    """List enrollments, of one sequence or of all."""

    @endpoint(
        scopes=MANAGE,
        query=EnrollmentsQuery,
        responses={200: ListOf(EnrollmentOut)},
        error_codes=("not_found",),
        narrowed=Narrowed.SERVED,
    )
    def get(self) -> ApiResponse:
        return _enrollments(self.actor, services.list_enrollments(self.actor, **self.query))


class EnrollmentView(WorkspaceView):
    """Read an enrollment."""

    @endpoint(scopes=MANAGE, responses={200: EnrollmentOut}, narrowed=Narrowed.SERVED)
    def get(self, enrollment_id: str) -> ApiResponse:
        return _enrollment(self.actor, services.get_enrollment(self.actor, enrollment_id))


class PauseEnrollmentView(WorkspaceView):
    """Pause an enrollment: the contact is sent nothing of the sequence until it is resumed."""

    @endpoint(
        scopes=MANAGE,
        body=EmptyIn,
        responses={200: EnrollmentOut},
        error_codes=("invalid_state",),
        narrowed=Narrowed.SERVED,
    )
    def post(self, enrollment_id: str) -> ApiResponse:
        return _enrollment(self.actor, services.pause_enrollment(self.actor, enrollment_id))


class ResumeEnrollmentView(WorkspaceView):
    """Resume a paused enrollment."""

    @endpoint(
        scopes=MANAGE,
        body=ResumeIn,
        responses={200: EnrollmentOut},
        error_codes=("invalid_state",),
        narrowed=Narrowed.SERVED,
    )
    def post(self, enrollment_id: str) -> ApiResponse:
        return _enrollment(self.actor, services.resume_enrollment(self.actor, enrollment_id, **self.body))


class StopEnrollmentView(WorkspaceView):
    """End an enrollment for good. The contact can be enrolled again."""

    @endpoint(
        scopes=MANAGE,
        body=EmptyIn,
        responses={200: EnrollmentOut},
        error_codes=("invalid_state",),
        narrowed=Narrowed.SERVED,
    )
    def post(self, enrollment_id: str) -> ApiResponse:
        return _enrollment(self.actor, services.stop_enrollment(self.actor, enrollment_id))
