"""Who takes people's data out of the workspace is in the audit log, from the panel and over the API alike."""

from typing import Any

from django.urls import reverse

from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.panel.pages.audit_log import describe
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from messaging.broadcasts.models import Broadcast
from tests.panel import browser, furnish
from tests.tenants import Api, Tenants

DOWNLOADS = ("contacts.exported", "contact.data_exported", "contacts.failed_rows_exported", "broadcast.exported")


def downloads() -> list[tuple[str, str, dict[str, Any]]]:
    """The surface, the action and the data of each entry about a download."""
    entries = AuditEntry.unscoped.filter(action__in=DOWNLOADS).order_by("pk")
    return [(entry.surface, entry.action, entry.data) for entry in entries]


def sentence() -> str:
    return describe(AuditEntry.unscoped.order_by("-pk")[:1])[0].plain


def test_an_export_of_contacts_is_logged_without_what_was_searched_for(tenants: Tenants, api: Api) -> None:
    ours = api(tenants.key(name="Nightly"))
    for name in ("sarah", "grace"):
        ours.post("/v1/contacts", {"username": name})
    assert ours.get("/v1/contacts/export", {"search": "sarah", "stage": "new"}).status_code == 200
    assert sentence() == "The API key Nightly downloaded a file of contacts"
    assert browser(tenants.owner).get(reverse("admin:contacts_contact_export")).status_code == 200
    assert downloads() == [
        ("rest", "contacts.exported", {"contacts": 1, "filters": ["search", "stage"], "format": "csv"}),
        ("panel", "contacts.exported", {"contacts": 2, "filters": [], "format": "csv"}),
    ]


def test_a_long_export_says_that_it_is_long(tenants: Tenants, api: Api, monkeypatch: Any) -> None:
    monkeypatch.setattr("contacts.services.EXPORT_CHUNK", 1)
    ours = api(tenants.key())
    for name in ("sarah", "grace"):
        ours.post("/v1/contacts", {"username": name})
    ours.get("/v1/contacts/export", {"format": "ndjson"})
    assert downloads() == [
        ("rest", "contacts.exported", {"contacts": "more than 1", "filters": [], "format": "ndjson"}),
    ]


def test_reading_all_the_data_of_a_person_is_logged_once_it_is_read(tenants: Tenants, api: Api) -> None:
    ours = api(tenants.key())
    contact = ours.post("/v1/contacts", {"username": "sarah", "name": "Ada"}).json()["id"]
    first = ours.get(f"/v1/contacts/{contact}/data").json()
    assert "contact.data_exported" not in [entry["action"] for entry in first["audit_log"]]
    assert sentence() == "The API key tests downloaded all that is kept about Ada"
    page = reverse("admin:contacts_contact_data", args=[contact])
    second = browser(tenants.owner).get(page).json()
    assert [entry["action"] for entry in second["audit_log"]] == ["contact.data_exported"]
    assert [surface for surface, _, _ in downloads()] == ["rest", "panel"]


def test_the_failed_rows_of_an_import_are_logged_with_their_number(tenants: Tenants, api: Api) -> None:
    ours = api(tenants.key())
    ours.post("/v1/contacts/import", b"username\nx\nada_lovelace\n", Content_Type="text/csv")
    runner.run_due()
    job = Job.unscoped.get()
    ours.get(f"/v1/jobs/{job.pk}/failed-rows")
    assert sentence() == f"The API key tests downloaded the failed rows of an import ({job.pk})"
    browser(tenants.owner).get(reverse("admin:contacts_contactimport_failed_rows", args=[job.pk]))
    assert downloads() == [
        ("rest", "contacts.failed_rows_exported", {"rows": 1}),
        ("panel", "contacts.failed_rows_exported", {"rows": 1}),
    ]


def test_the_recipients_of_a_broadcast_are_logged_with_their_number(tenants: Tenants) -> None:
    furnish(tenants.workspace, "ours")
    broadcast = Broadcast.unscoped.get()
    browser(tenants.owner).get(reverse("admin:messaging_broadcast_export", args=[broadcast.pk]), {"status": "failed"})
    assert sentence() == f"{tenants.owner.email} downloaded the recipients of the broadcast {broadcast.name}"
    assert downloads() == [("panel", "broadcast.exported", {"recipients": 0, "status": "failed"})]


def test_a_refused_download_leaves_no_entry(tenants: Tenants, api: Api) -> None:
    ours, theirs = api(tenants.key([Scope.WRITE_CONTACTS])), api(tenants.key(workspace=tenants.other))
    contact = ours.post("/v1/contacts", {"username": "sarah"}).json()["id"]
    ours.post("/v1/contacts/import", b"username\nx\n", Content_Type="text/csv")
    runner.run_due()
    job = Job.unscoped.get()
    furnish(tenants.other, "theirs")
    broadcast = Broadcast.unscoped.get()
    assert ours.get("/v1/contacts/export").status_code == 403
    assert ours.get(f"/v1/contacts/{contact}/data").status_code == 403
    assert theirs.get("/v1/contacts/export", {"segment": "seg_gone"}).status_code == 400
    assert theirs.get(f"/v1/contacts/{contact}/data").status_code == 404
    assert theirs.get(f"/v1/jobs/{job.pk}/failed-rows").status_code == 404
    page = reverse("admin:messaging_broadcast_export", args=[broadcast.pk])
    assert browser(tenants.owner).get(page).status_code == 404
    assert downloads() == []
