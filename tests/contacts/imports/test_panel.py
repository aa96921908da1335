"""People > Imports: upload, mapping, check, import."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from contacts.models import Contact, ContactImport, ImportChunk
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.workspaces.models import Role
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
    assert tried["Location"] == page(file)
    running = client.get(page(file))
    assert running.headers["Refresh"] == "2"
    assert "Checking the file" in running.content.decode() and "<select" not in running.content.decode()
    runner.run_due()
    checked = client.get(page(file))
    assert "Refresh" not in checked.headers
    text = checked.content.decode()
    for part in (
        "3. What the import would do",
        "<dt>Rows that add a contact</dt><dd>1</dd>",
        "<dt>Rows that cannot be imported</dt><dd>1</dd>",
        "<dt>Columns left out</dt><dd>Notes</dd>",
        "Line 3</span>",
        "<strong>E-mail</strong>: ",
        "Import now",
        "Download the failed rows",
    ):
        assert part in text
    assert not Contact.unscoped.exists()
    imported = client.post(start, mapping)
    assert imported["Location"] == page(file)
    runner.run_due()
    job = Job.unscoped.order_by("-pk")[0]
    assert (job.result["created"], job.result["invalid"]) == (1, 1)
    failed: Any = client.get(reverse("admin:contacts_contactimport_failed_rows", args=[job.pk]))
    assert b"nobody,,,3," in b"".join(failed.streaming_content)
    assert Contact.unscoped.get().custom_fields == {"company": "Acme"}
    assert not ImportChunk.unscoped.exists()
    text = client.get(page(file)).content.decode()
    assert "What the import did" in text and "are imported" in text and "<select" not in text
    assert "imported or gone" in client.post(start, mapping).content.decode()
    assert Contact.unscoped.count() == 1


def test_columns_that_are_refused_stay_as_they_were_chosen(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    upload(client, b"a,b\nada@example.com,x\n")
    file = ContactImport.unscoped.get()
    start = reverse("admin:contacts_contactimport_start", args=[file.pk])
    response = client.post(start, {"column-0": "email", "column-1": "email", "dry_run": "1"})
    assert response.status_code == 422
    assert "Two columns are for email. Nothing was started." in response.content.decode()
    assert response.content.decode().count('<option value="email" selected>') == 2
    assert not Job.unscoped.exists()


def test_a_file_is_not_imported_twice_at_once(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    upload(client, b"email\na@example.com\n")
    start = reverse("admin:contacts_contactimport_start", args=[ContactImport.unscoped.get().pk])
    client.post(start, {"column-0": "email"})
    response = client.post(start, {"column-0": "email"})
    assert (response.status_code, "being worked on" in response.content.decode()) == (422, True)
    assert "Refresh" not in response.headers  # the address of this page takes no GET
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
    assert (response.status_code, "by which contacts are matched" in response.content.decode()) == (422, True)
    assert not Job.unscoped.exists()


def test_viewers_and_forms_of_other_sites_upload_nothing(tenants: Tenants) -> None:
    viewer = browser(tenants.member(Role.VIEWER))
    assert viewer.get(ADD).status_code == 403
    assert upload(viewer, b"email\na@example.com\n").status_code == 403
    assert "Import" not in viewer.get("/panel/live/contacts/").content.decode().split("<main")[-1]
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
