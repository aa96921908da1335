"""Calls with a file, and calls that never wait."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apikeys.models import ApiKey
from contacts.models import Contact, ContactImport, ImportChunk
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.limits import reading
from crmsolid.limits.models import BudgetUse, Proposal
from crmsolid.proposals import running, services
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Membership
from messaging.models import File
from tests.limits.writes import actor_of
from tests.tenants import Api, Tenants

IMPORT = "/v1/contacts/import"
PEOPLE = b"username,name\nanna,Anna\nbobby,Bobby\n"


@pytest.fixture
def cautious(api: Api, tenants: Tenants) -> Api:
    """A key every write of which waits."""
    return api(tenants.key(approval=Approval.ALL))


def approve(tenants: Tenants, proposal: Proposal) -> Proposal:
    owner = Membership.unscoped.get(user=tenants.owner)
    services.decide(Actor.member(owner, tenants.workspace), proposal.pk, approve=True)
    assert running.run_due() == 1
    proposal.refresh_from_db()
    return proposal


def post_import(api: Api, query: str = "", **options: Any) -> Any:
    return api.post(f"{IMPORT}{query}", PEOPLE, Content_Type="text/csv", **options)


def test_import_waits_with_its_file_and_is_done_once_it_is_approved(cautious: Api, tenants: Tenants) -> None:
    answer = post_import(cautious, idempotency_key="once")
    assert answer.status_code == 202
    made, file = answer.json(), ContactImport.unscoped.get()
    assert made["call"] == {"operation": "import_contacts", "arguments": {"import_id": file.pk}}
    assert post_import(cautious, idempotency_key="once").json() == made
    assert (ContactImport.unscoped.count(), Job.unscoped.count(), Contact.unscoped.count()) == (1, 0, 0)

    ended = approve(tenants, Proposal.unscoped.get())
    assert (ended.status, ended.problem) == ("approved", "")
    assert ended.result is not None and ended.result["id"] == Job.unscoped.get().pk
    runner.run_due()
    assert set(Contact.unscoped.values_list("username", flat=True)) == {"anna", "bobby"}
    assert not ImportChunk.unscoped.exists()


def test_import_is_stale_once_its_columns_are_for_something_else(cautious: Api, tenants: Tenants) -> None:
    post_import(cautious)
    ContactImport.unscoped.update(mapping={"name": "username"})
    ended = approve(tenants, Proposal.unscoped.get())
    assert (ended.status, "what the columns are for" in ended.problem) == ("stale", True)
    assert not Job.unscoped.exists()


def test_import_fails_once_its_rows_are_gone(cautious: Api, tenants: Tenants) -> None:
    post_import(cautious)
    ImportChunk.unscoped.all().delete()
    ended = approve(tenants, Proposal.unscoped.get())
    assert (ended.status, "upload it again" in ended.problem) == ("failed", True)
    assert not Job.unscoped.exists()


def test_import_of_a_key_that_has_read_nothing_starts_and_counts_its_rows(api: Api, tenants: Tenants) -> None:
    key = api(tenants.key(approval=Approval.UNTRUSTED, daily_changes=3))
    assert post_import(key).json()["state"] == "queued"
    assert BudgetUse.unscoped.get().changes == 2
    assert post_import(key).status_code == 429
    assert Job.unscoped.count() == 1


def test_import_of_a_key_that_has_read_something_waits(api: Api, tenants: Tenants) -> None:
    key = api(tenants.key(approval=Approval.UNTRUSTED))
    reading.record(actor_of(ApiKey.unscoped.get()), [reading.SOMEBODY])
    assert post_import(key).json()["reason"] == "many"
    assert not Job.unscoped.exists()


def test_dry_run_of_an_import_never_waits(cautious: Api) -> None:
    assert post_import(cautious, "?dry_run=true").json()["state"] == "queued"
    assert not Proposal.unscoped.exists()


def upload(api: Api, content: bytes = b"content") -> Any:
    file = SimpleUploadedFile("map.txt", content)
    headers = {"Authorization": f"Bearer {api.token}", "Idempotency-Key": "upload"}
    return api.client.post("/v1/files", {"file": file}, headers=headers)


def test_upload_of_a_file_is_refused_where_every_write_waits(cautious: Api) -> None:
    answer = upload(cautious)
    assert (answer.status_code, answer.json()["code"]) == (403, "approval_needed")
    assert not (File.unscoped.exists() or Proposal.unscoped.exists())


def test_upload_of_a_file_does_not_wait_for_what_was_read(api: Api, tenants: Tenants) -> None:
    key = api(tenants.key(approval=Approval.UNTRUSTED))
    reading.record(actor_of(ApiKey.unscoped.get()), [reading.SOMEBODY])
    assert upload(key).status_code == 201
    assert File.unscoped.count() == 1


def test_taking_a_proposal_back_never_waits(cautious: Api) -> None:
    made = cautious.post("/v1/contacts", {"username": "anna"}).json()
    answer = cautious.post(f"/v1/proposals/{made['id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "rejected")
    assert Proposal.unscoped.count() == 1
