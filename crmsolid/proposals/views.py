"""The routes of proposals: whoever asked lists them, follows one, takes it back. Members decide in the panel."""

from crmsolid.api.endpoint import ApiResponse, ListOf, Narrowed, endpoint
from crmsolid.api.views import WorkspaceView
from crmsolid.proposals import services
from crmsolid.proposals.representations import ProposalOut, ProposalsQuery


class ProposalsView(WorkspaceView):
    """List the proposals of the key, newest first: its writes that wait for an approval, or did."""

    @endpoint(scopes=(), query=ProposalsQuery, responses={200: ListOf(ProposalOut)}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        page = services.list_proposals(self.actor, **self.query)
        return ApiResponse(page.as_dict([ProposalOut.render(proposal) for proposal in page.rows]))


class ProposalView(WorkspaceView):
    """Follow a proposal of the key."""

    @endpoint(scopes=(), responses={200: ProposalOut}, narrowed=Narrowed.SERVED)
    def get(self, proposal_id: str) -> ApiResponse:
        return ApiResponse(ProposalOut.render(services.get_proposal(self.actor, proposal_id)))


class CancelProposalView(WorkspaceView):
    """Take back a proposal that waits.

    It ends as `rejected`. `invalid_state` if it does not wait any more.
    """

    @endpoint(
        scopes=(),
        responses={200: ProposalOut},
        error_codes=("invalid_state",),
        narrowed=Narrowed.SERVED,
        waits=False,
    )
    def post(self, proposal_id: str) -> ApiResponse:
        return ApiResponse(ProposalOut.render(services.cancel_proposal(self.actor, proposal_id)))
