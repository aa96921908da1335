"""The titles of proposals, by which members decide."""

from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.limits.models import Proposal
from crmsolid.proposals.wording import title_of

ANNA = Contact(name="Anna", username="anna_k")


@pytest.mark.parametrize(
    ("contact", "arguments", "title"),
    [
        (None, {"username": "evil", "name": "Bank"}, "Add Bank"),
        (None, {"username": "evil"}, "Add evil"),
        (ANNA, {"username": "anna_k", "name": "Bank"}, "Change the name of Anna"),
        (ANNA, {"username": "anna_k", "email": "e@example.com"}, "Change the e-mail of Anna"),
        (ANNA, {"email": "anna@example.com", "phone": "1", "stage": "won"}, "Change the phone and the stage of Anna"),
    ],
)
def test_adding_somebody_who_is_a_contact_is_called_a_change_of_them(
    contact: Contact | None, arguments: dict[str, Any], title: str
) -> None:
    proposal = Proposal(operation="create_contact", arguments=arguments)
    proposal.contact = contact
    assert title_of(proposal) == title
