"""What becomes of proposals, and of what was given to read, when a contact is erased or asks for their data."""

import pytest

from crmsolid.core.ids import new_id
from crmsolid.events.models import Event
from crmsolid.limits import reading
from crmsolid.limits.models import GivenText, Proposal
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Account
from tests.limits.test_given_text import actor_of_key
from tests.proposals.helpers import proposal
from tests.proposals.test_messages import SEND, body, contact, has_read
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


@pytest.fixture
def assistant(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key(approval=Approval.UNTRUSTED))


def test_proposal_about_an_erased_contact_ends_and_is_emptied(
    assistant: Api, api: Api, tenants: Tenants, account: Account
) -> None:
    marco, anna = contact(tenants, "marco_rossi"), contact(tenants, "anna_smith")
    has_read(tenants, marco.pk)
    held = assistant.post(SEND, body(account, "anna_smith", "secret words"), idempotency_key="one")
    assert held.status_code == 202
    api(tenants.key()).delete(f"/v1/contacts/{anna.pk}")
    proposal = Proposal.unscoped.get()
    assert (proposal.status, proposal.problem, proposal.contact_id) == ("stale", "the contact was erased", "")
    assert (proposal.arguments, proposal.state_seen, proposal.result) == ({}, {}, None)
    shown = assistant.get(f"/v1/proposals/{proposal.pk}")
    assert shown.status_code == 200
    assert b"secret" not in shown.content and b"anna" not in shown.content
    again = assistant.post(SEND, body(account, "anna_smith", "secret words"), idempotency_key="one")
    assert (again.status_code, again.json()["code"]) == (410, "erased")
    assert not any(b"anna_smith" in bytes(each.body) for each in Event.unscoped.all())


def test_proposal_that_names_an_erased_contact_ends_too(
    assistant: Api, api: Api, tenants: Tenants, account: Account
) -> None:
    marco, anna, emma = (contact(tenants, name) for name in ("marco_rossi", "anna_smith", "emma_jones"))
    has_read(tenants, marco.pk)
    filter = {"field": "username", "op": "is", "value": "anna_smith"}
    assert assistant.post("/v1/segments", {"name": "One", "filter": filter}).status_code == 202
    assert assistant.post(f"/v1/contacts/{emma.pk}/tags", {"add": ["vip"]}).status_code == 202
    api(tenants.key()).delete(f"/v1/contacts/{anna.pk}")
    by_operation = {each.operation: each for each in Proposal.unscoped.all()}
    assert (by_operation["create_segment"].status, by_operation["create_segment"].arguments) == ("stale", {})
    assert by_operation["tag_contact"].status == "pending"


def test_proposal_because_of_an_erased_contact_goes_on_waiting_without_the_name(
    assistant: Api, api: Api, tenants: Tenants, account: Account
) -> None:
    marco = contact(tenants, "marco_rossi")
    contact(tenants, "anna_smith")
    has_read(tenants, marco.pk)
    assert assistant.post(SEND, body(account, "anna_smith")).status_code == 202
    assert any(b"marco_rossi" in bytes(each.body) for each in Event.unscoped.all())
    api(tenants.key()).delete(f"/v1/contacts/{marco.pk}")
    proposal = Proposal.unscoped.get()
    assert (proposal.status, [each["contact_id"] for each in proposal.because]) == ("pending", [""])
    assert proposal.arguments["text"] == "hello"
    assert not any(b"marco_rossi" in bytes(each.body) for each in Event.unscoped.all())


def test_erasing_who_was_read_does_not_make_the_reader_free_to_write(
    assistant: Api, tenants: Tenants, account: Account
) -> None:
    marco = contact(tenants, "marco_rossi")
    contact(tenants, "anna_smith")
    has_read(tenants, marco.pk)
    assert assistant.delete(f"/v1/contacts/{marco.pk}").status_code == 204
    assert [each.contact_id for each in GivenText.unscoped.all()] == [""]
    assert [read.contact_id for read in reading.reads_of(actor_of_key(tenants))] == [reading.SOMEBODY]
    assert assistant.post(SEND, body(account, "anna_smith")).status_code == 202


def test_export_has_the_proposals_about_a_person(assistant: Api, api: Api, tenants: Tenants, account: Account) -> None:
    marco, anna = contact(tenants, "marco_rossi"), contact(tenants, "anna_smith")
    has_read(tenants, marco.pk)
    assistant.post(SEND, body(account, "anna_smith"))
    reader = api(tenants.key())
    (about,) = reader.get(f"/v1/contacts/{anna.pk}/data").json()["proposals"]
    assert about["arguments"]["to"] == "@anna_smith" and about["read_at"] is None
    (because,) = reader.get(f"/v1/contacts/{marco.pk}/data").json()["proposals"]
    assert because["arguments"] is None and because["read_at"] is not None


def test_thousands_that_wait_do_not_keep_a_contact_from_being_erased(
    api: Api, tenants: Tenants, account: Account
) -> None:
    anna, emma = contact(tenants, "anna_smith"), contact(tenants, "emma_jones")
    one, other = proposal(tenants, account, anna), proposal(tenants, account, emma)
    columns = {each.attname: getattr(one, each.attname) for each in Proposal._meta.concrete_fields}
    rows = [Proposal(**{**columns, "id": new_id("prp")}) for _ in range(7_000)]
    Proposal.unscoped.bulk_create(rows, batch_size=1_000)
    assert api(tenants.key()).delete(f"/v1/contacts/{anna.pk}").status_code == 204
    ended = Proposal.unscoped.filter(status="stale", problem="the contact was erased", contact_id="", arguments={})
    assert ended.count() == 7_001
    assert AuditEntry.unscoped.filter(action="proposal.stale").count() == 7_001
    assert Event.unscoped.filter(type="proposal.ended").count() == 7_001
    other.refresh_from_db()
    assert (other.status, other.contact_id) == ("pending", emma.pk)
