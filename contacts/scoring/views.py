"""The REST endpoint of scores."""

from contacts.scoring import services
from contacts.scoring.representations import ScoreEntryOut, ScoreOut
from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.fields import PageQuery
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.scopes import Scope


class ScoreView(WorkspaceView):
    """The score of a contact and how it came about."""

    @endpoint(scopes=(Scope.READ_CONTACTS,), query=PageQuery, responses={200: ScoreOut})
    def get(self, contact_id: str) -> ApiResponse:
        """Read a contact's score, with the changes that made it, newest first."""
        score = services.get_score(self.actor, contact_id, **self.query)
        entries = [ScoreEntryOut.render(entry) for entry in score.page.rows]
        return ApiResponse({"score": score.score, **score.page.as_dict(entries)})
