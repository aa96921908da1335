"""The REST endpoints of scores, and what the API shows of them."""

from typing import Any, ClassVar

from rest_framework import serializers

from contacts.models import ScoreEntry
from contacts.scoring import services
from contacts.scoring.models import MAX_POINTS
from contacts.scoring.services import MAX_NOTE, Score
from crmsolid.api.endpoint import ApiResponse, Narrowed, endpoint
from crmsolid.api.fields import Integer, PageQuery, StrictSerializer, Text
from crmsolid.api.preconditions import entity_tag
from crmsolid.api.representations import Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.actor import Scope


class ScoreEntryOut(Representation):
    """One change of a contact's points. Entries are only added."""

    untrusted: ClassVar[tuple[str, ...]] = ("rule", "cause")
    example = {"rule": "Interested", "points": 10, "cause": "tag vip"}

    rule = serializers.CharField(allow_null=True, help_text="Null for a change by hand.")
    points = serializers.IntegerField(help_text="What was added; below 0 for what was taken off.")
    at = serializers.DateTimeField(help_text="When that happened.")
    cause = serializers.CharField(help_text="What happened, such as `tag vip`.")

    @staticmethod
    def read_rule(entry: ScoreEntry) -> str | None:
        return None if entry.rule is None else entry.rule.name


class ScoreOut(Representation):
    """A contact's score, and the ledger whose sum, between 0 and 100, it is."""

    text_of = "contact_id"

    score = serializers.IntegerField(min_value=0, max_value=100, help_text="The score now.")
    data = serializers.ListField(child=ScoreEntryOut(), help_text="Newest first.")  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Give it as `cursor`; null on the last page.")


class _Points(Integer):
    """Other than 0, which the service refuses."""

    def json_schema(self) -> dict[str, Any]:
        return {**super().json_schema(), "not": {"const": 0}}


class PointsIn(StrictSerializer):
    example = {"points": 15, "note": "met at a fair"}

    points = _Points(min_value=-MAX_POINTS, max_value=MAX_POINTS, help_text="What to add; below 0 to take off. Not 0.")
    note = Text(
        required=False, max_length=MAX_NOTE, allow_blank=True, trim_whitespace=True, help_text="Why; it is in `cause`."
    )


def _render(score: Score) -> dict[str, Any]:
    return {"score": score.score, **score.page.as_dict([ScoreEntryOut.render(entry) for entry in score.page.rows])}


class ScoreView(WorkspaceView):
    """The score of a contact and how it came about."""

    @endpoint(scopes=(Scope.READ_CONTACTS,), query=PageQuery, responses={200: ScoreOut}, narrowed=Narrowed.SERVED)
    def get(self, contact_id: str) -> ApiResponse:
        """Read a contact's score, with the changes that made it, newest first."""
        return ApiResponse(_render(services.get_score(self.actor, contact_id, **self.query)))


class PointsView(WorkspaceView):
    """Points by hand."""

    @endpoint(
        scopes=(Scope.READ_CONTACTS, Scope.WRITE_CONTACTS),
        body=PointsIn,
        responses={200: ScoreOut},
        etag=True,
        operation_id="add_points",
        narrowed=Narrowed.SERVED,
    )
    def post(self, contact_id: str) -> ApiResponse:
        """Add points to a contact's score by hand, or take some off.

        Rules never touch them. The answer is that of `GET /v1/contacts/{contact_id}/score`.
        """
        services.adjust_score(self.actor, contact_id, **self.body)
        data = _render(services.get_score(self.actor, contact_id))
        return ApiResponse(data, headers={"ETag": entity_tag(data)}, contact_id=contact_id)
