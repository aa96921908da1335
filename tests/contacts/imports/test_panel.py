"""People > Imports: upload, mapping, try, import."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contacts.models import Contact, ContactImport, ImportChunk
from crmsolid.jobs import runner
from crmsolid.workspaces.models import Job, Role
from tests.panel import browser, flash_messages
from tests.tenants import Tenants

ADD = "/panel/live/contacts/contactimport/add/"


def upload(client: Client, content: bytes, **fields: Any) -> Any:
    return client.post(ADD, {"file": SimpleUploadedFile("people.csv", content, "text/csv"), **fields})


def page(file: ContactImport) -> str:
    return reverse("admin:contacts_contactimport_change", args=[file.pk])


def test_a_file_is_uploaded_tried_and_imported(tenants: Tenants, custom_fields: None) -> None:
    client = browser(tenants.member(Role.AGENT))
    response = upload(client, b"E-Mail;Company;Notes\nada@example.com;Acme;x\nnobody;;\n")
    file = ContactImport.unscoped.get()
    assert response["Location"] == page(file)
    assert (file.name, file.row_count, file.mapping) == ("people.csv", 2, {"E-Mail": "email", "Company": "company"})
    text = client.get(page(file)).content.decode()
    for part in (
        "2 rows",
        "ada@example.com",
        '<option value="email" selected>',
        '<option value="seats">Seats</option>',
    ):
        assert part in text
    start = reverse("admin:contacts_contactimport_start", args=[file.pk])
    mapping = {"column-0": "email", "column-1": "company", "column-2": ""}
    tried = client.post(start, {**mapping, "dry_run": "1"})
    runner.run_due()
    assert "Download the failed rows" in client.get(tried["Location"]).content.decode()
    assert not Contact.unscoped.exists()
    imported = client.post(start, mapping)
    runner.run_due()
    job = Job.unscoped.order_by("-pk")[0]
    assert imported["Location"] == reverse("admin:workspaces_job_change", args=[job.pk])
    assert (job.result["created"], job.result["invalid"]) == (1, 1)
    failed: Any = client.get(reverse("admin:contacts_contactimport_failed_rows", args=[job.pk]))
    assert b"nobody,,,3," in b"".join(failed.streaming_content)
    assert Contact.unscoped.get().custom_fields == {"company": "Acme"}
    assert not ImportChunk.unscoped.exists()
    assert "are imported" in client.get(page(file)).content.decode()
    assert "imported or gone" in flash_messages(client.post(start, mapping))[0]
    assert Contact.unscoped.count() == 1


def test_a_file_is_not_imported_twice_at_once(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    upload(client, b"email\na@example.com\n")
    start = reverse("admin:contacts_contactimport_start", args=[ContactImport.unscoped.get().pk])
    client.post(start, {"column-0": "email"})
    assert "being worked on" in flash_messages(client.post(start, {"column-0": "email"}))[0]
    assert Job.unscoped.count() == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [(b'email\n"a', "Line 2: a quotation mark opens here"), (b"email\n", "no rows behind the header")],
)
def test_a_file_that_is_no_csv_is_refused_with_the_reason(tenants: Tenants, content: bytes, text: str) -> None:
    response = upload(browser(tenants.owner), content)
    assert (response["Location"], text in flash_messages(response)[0]) == (ADD, True)
    assert not ContactImport.unscoped.exists()


def test_a_column_for_the_identity_is_required(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    upload(client, b"email\na@example.com\n")
    response = client.post(reverse("admin:contacts_contactimport_start", args=[ContactImport.unscoped.get().pk]))
    assert "by which contacts are matched" in flash_messages(response)[0]
    assert not Job.unscoped.exists()


def test_viewers_and_forms_of_other_sites_upload_nothing(tenants: Tenants) -> None:
    viewer = browser(tenants.member(Role.VIEWER))
    assert viewer.get(ADD).status_code == 403
    assert upload(viewer, b"email\na@example.com\n").status_code == 403
    assert "Import" not in viewer.get("/panel/live/contacts/contact/").content.decode().split("<main")[-1]
    strict = Client(enforce_csrf_checks=True, headers={"user-agent": "tests"})
    strict.force_login(tenants.owner)
    assert upload(strict, b"email\na@example.com\n").status_code == 403
    assert not ContactImport.unscoped.exists()


def test_another_workspace_has_no_such_file(tenants: Tenants) -> None:
    upload(browser(tenants.owner), b"email\na@example.com\n")
    stranger = browser(tenants.stranger)
    file = ContactImport.unscoped.get()
    assert stranger.get(page(file)).status_code == 404
    assert stranger.post(reverse("admin:contacts_contactimport_start", args=[file.pk])).status_code == 404
