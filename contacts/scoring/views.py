"""The REST endpoint of scores, and what the API shows of them."""

from typing import ClassVar

from rest_framework import serializers

from contacts.models import ScoreEntry
from contacts.scoring import services
from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.fields import PageQuery
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

    score = serializers.IntegerField(min_value=0, max_value=100, help_text="The score now.")
    data = serializers.ListField(child=ScoreEntryOut(), help_text="Newest first.")  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True, help_text="Give it as `cursor`; null on the last page.")


class ScoreView(WorkspaceView):
    """The score of a contact and how it came about."""

    @endpoint(scopes=(Scope.READ_CONTACTS,), query=PageQuery, responses={200: ScoreOut})
    def get(self, contact_id: str) -> ApiResponse:
        """Read a contact's score, with the changes that made it, newest first."""
        score = services.get_score(self.actor, contact_id, **self.query)
        entries = [ScoreEntryOut.render(entry) for entry in score.page.rows]
        return ApiResponse({"score": score.score, **score.page.as_dict(entries)})
