"""The REST endpoints of segments."""

from collections.abc import Mapping
from typing import Any

from contacts.inputs import TagsIn
from contacts.models import Segment
from contacts.segments import services
from contacts.segments.representations import (
    ExplainQuery,
    ExplanationOut,
    FilterIn,
    LeafOut,
    SegmentIn,
    SegmentOut,
    SegmentPatch,
    SegmentPreviewOut,
    SegmentWrittenOut,
)
from contacts.segments.services import CountedSegment
from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, endpoint
from crmsolid.api.fields import PageQuery
from crmsolid.api.preconditions import entity_tag
from crmsolid.api.views import WorkspaceView
from crmsolid.jobs.representations import JobOut
from crmsolid.workspaces.actor import Actor, Scope

READ, WRITE = (Scope.READ_CONTACTS,), (Scope.WRITE_CONTACTS,)


# What changes without the segment: it is in no condition of a write.
COUNT = ("count", "count_is_estimate")


def _render(counted: CountedSegment) -> dict[str, Any]:
    return SegmentOut.render(counted.segment, count=counted.count, count_is_estimate=counted.is_estimate)


def _stored(segment: Segment) -> dict[str, Any]:
    """What GET answers of the segment but for the count."""
    shown = _render(CountedSegment(segment, None))
    return {name: value for name, value in shown.items() if name not in COUNT}


def _written(actor: Actor, counted: CountedSegment, sent: Mapping[str, Any]) -> ApiResponse:
    """The answer of a write; without ``read:contacts`` it is what was sent."""
    data = _render(counted)
    if not actor.has(Scope.READ_CONTACTS):
        data = {name: value for name, value in data.items() if name == "id" or name in sent}
        return ApiResponse(data, may_name_people=True)
    return ApiResponse(data, headers={"ETag": entity_tag(data, live=COUNT)}, may_name_people=True)


class SegmentsView(WorkspaceView):
    """List segments; save a filter as a segment."""

    @endpoint(scopes=READ, query=PageQuery, responses={200: ListOf(SegmentOut)}, slow=True, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        """List segments, newest first."""
        page = services.list_segments(self.actor, **self.query)
        return ApiResponse(page.as_dict([_render(counted) for counted in page.rows]))

    @endpoint(
        scopes=WRITE, body=SegmentIn, responses={201: SegmentWrittenOut}, etag=True, slow=True, narrowed=Narrowed.SERVED
    )
    def post(self) -> ApiResponse:
        """Save a filter as a segment.

        `errors` names each wrong part by its path, such as `filter.all[1].op`. Names are unique.
        A key without `read:contacts` is answered `id` and what it sent.
        """
        counted = services.create_segment(self.actor, **self.body)
        response = _written(self.actor, counted, self.body)
        response.status = 201
        response.headers["Location"] = f"/v1/segments/{counted.segment.pk}"
        return response


class SegmentView(WorkspaceView):
    """One segment: read it, change it, delete it."""

    @endpoint(scopes=READ, responses={200: SegmentOut}, slow=True, narrowed=Narrowed.SERVED)
    def get(self, segment_id: str) -> ApiResponse:
        """Read a segment.

        `GET /v1/contacts?segment=` lists the contacts that are in it, from the query that `count` counts.
        """
        data = _render(services.get_segment(self.actor, segment_id))
        return ApiResponse(data, headers={"ETag": entity_tag(data, live=COUNT)})

    @endpoint(scopes=WRITE, body=SegmentPatch, responses={200: SegmentWrittenOut}, slow=True)
    def patch(self, segment_id: str) -> ApiResponse:
        """Change a segment."""
        check = self.preconditions.check(_stored)
        return _written(self.actor, services.update_segment(self.actor, segment_id, self.body, check=check), self.body)

    @endpoint(scopes=WRITE, responses={204: None})
    def delete(self, segment_id: str) -> ApiResponse:
        """Delete a segment.

        Its contacts stay as they are.
        """
        services.delete_segment(self.actor, segment_id, check=self.preconditions.check(_stored))
        return ApiResponse(None, status=204)


class PreviewView(WorkspaceView):
    """Count the contacts that a filter matches, and show the ten newest. Nothing is saved."""

    @endpoint(
        scopes=READ,
        body=FilterIn,
        responses={200: SegmentPreviewOut},
        error_codes=("filter_too_costly",),
        reads=True,
        slow=True,
        narrowed=Narrowed.SERVED,
    )
    def post(self) -> ApiResponse:
        preview = services.preview_segment(self.actor, **self.body)
        sample = [contact.payload for contact in preview.sample]
        data = {"count": preview.count, "count_is_estimate": preview.is_estimate, "sample": sample}
        return ApiResponse(data, contact_ids=[each["id"] for each in sample])


class ExplainView(WorkspaceView):
    """Why a contact is in a segment or not: each comparison with the contact's value, and whether it holds."""

    @endpoint(
        scopes=READ,
        query=ExplainQuery,
        responses={200: ExplanationOut},
        error_codes=("invalid_state",),
        narrowed=Narrowed.SERVED,
    )
    def get(self, segment_id: str) -> ApiResponse:
        explanation = services.explain_segment(self.actor, segment_id, **self.query)
        leaves = [LeafOut.render(leaf) for leaf in explanation.leaves]
        return ApiResponse(ExplanationOut.render(explanation, leaves=leaves))


class SegmentTagsView(WorkspaceView):
    """Add and remove tags of all contacts in a segment.

    The job tags each contact that is in the segment when its turn comes, once, by the filter as it is now. `done`
    counts those, `result.changed` the ones whose tags changed; each that got a new tag has an event `contact.tagged`.
    """

    @endpoint(
        scopes=(*READ, *WRITE),
        body=TagsIn,
        responses={202: JobOut},
        error_codes=("invalid_state",),
        operation_id="tag_segment",
        slow=True,
    )
    def post(self, segment_id: str) -> ApiResponse:
        job = services.tag_segment(self.actor, segment_id, **self.body)
        return ApiResponse(JobOut.render(job), status=202, headers={"Location": f"/v1/jobs/{job.pk}"})
