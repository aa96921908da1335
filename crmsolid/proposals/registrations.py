"""What proposals add to the layers below."""

from crmsolid.api.held_writes import Maker, makers
from crmsolid.core.erasure import KeptData, kept_data
from crmsolid.oauth.panel import assistant_sections
from crmsolid.proposals import (
    erasure,
    events,  # noqa: F401
    running,
    services,
)
from crmsolid.proposals.making import make_proposal
from crmsolid.proposals.panel.agreement import agreement
from crmsolid.proposals.panel.in_conversation import below_messages as below
from crmsolid.proposals.panel.in_conversation import draft_text, words_in_alerts
from crmsolid.proposals.representations import ProposalOut
from crmsolid.workspaces.purging import purges
from messaging.alerts.reading import words_of_proposals
from messaging.panel.conversation import below_messages, composer_texts
from messaging.team import member_wrote

makers.register("proposals", Maker(make_proposal, ProposalOut))
below_messages.register("proposals", below)
words_of_proposals.register("proposals", words_in_alerts)
member_wrote.register("proposals", services.member_wrote)
composer_texts.register("prp", draft_text)
assistant_sections.register("proposals", agreement)
purges.register("proposals", running.past_retention)
kept_data.register("proposals", KeptData(erasure.erase, erasure.export))
