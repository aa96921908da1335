"""The addresses of the page Approvals, below the side."""

from crmsolid.panel.components.tenant_page import page_path
from crmsolid.proposals.panel.pages import ApprovalsPage, ProposalPage

urlpatterns = [
    page_path("approvals/", ApprovalsPage),
    page_path("approvals/<str:proposal_id>/", ProposalPage),
]
