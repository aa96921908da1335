"""POST /v1/contacts/import and GET /v1/jobs/{id}/failed-rows."""

import json
from typing import Any

import pytest

from contacts.imports import reading, services
from contacts.models import Contact, ContactImport, CustomField, ImportChunk, ScoringRule
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import field_errors, nothing_is_stored, published_events
from tests.contacts.imports.conftest import Import
from tests.tenants import Api, Tenants

PEOPLE = "username,name,tags\nsarah,Sarah Miller,trial; vip\n@ada_lovelace,Ada,\n"


def counts(job: Job) -> tuple[int, int, int, int]:
    return tuple(job.result[name] for name in ("created", "updated", "unchanged", "invalid"))


def test_a_file_is_imported_by_a_job_that_can_be_followed(ours: Api) -> None:
    response = ours.post("/v1/contacts/import", PEOPLE.encode(), Content_Type="text/csv")
    job = response.json()
    assert (response.status_code, response.headers["Location"]) == (202, f"/v1/jobs/{job['id']}")
    assert (job["kind"], job["state"], job["done"], job["total"]) == ("import", "queued", 0, 2)
    assert nothing_is_stored()
    runner.run_due()
    followed = ours.get(response.headers["Location"]).json()
    assert (followed["state"], followed["done"], followed["errors"]) == ("done", 2, [])
    assert followed["result"] == {
        **{"created": 2, "updated": 0, "unchanged": 0, "invalid": 0},
        **{"dry_run": False, "failed_rows_url": None, "ignored_columns": []},
    }
    rows = ours.get("/v1/contacts", {"sort": "name"}).json()["data"]
    assert [(row["username"], row["name"], row["tags"]) for row in rows] == [
        ("ada_lovelace", "Ada", []),
        ("sarah", "Sarah Miller", ["trial", "vip"]),
    ]
    assert not ImportChunk.unscoped.exists()


def test_each_new_contact_has_its_events_with_the_request_id_of_the_call(ours: Api, import_csv: Import) -> None:
    import_csv(PEOPLE, X_Request_Id="call-7")
    sarah = ours.get("/v1/contacts", {"search": "sarah"}).json()["data"][0]
    events = published_events()
    assert [name for name, _ in events] == ["contact.created", "contact.tagged", "contact.created", "job.completed"]
    assert events[:2] == [
        ("contact.created", {"contact": sarah}),
        ("contact.tagged", {"contact": sarah, "added": ["trial", "vip"]}),
    ]
    from crmsolid.events.models import Event

    assert set(Event.unscoped.values_list("request_id", flat=True)) == {"call-7"}


def test_rows_get_the_points_of_rules_and_their_events_the_score(
    ours: Api, import_csv: Import, tenants: Tenants
) -> None:
    for trigger, value, points in (("tag", "vip", 30), ("stage", "won", 20)):
        ScoringRule.unscoped.create(
            workspace=tenants.workspace, name=trigger, trigger=trigger, value=value, points=points
        )
    import_csv("username,stage,tags\nsarah,won,vip\nada_lovelace,,\n")
    sarah, ada = (ours.get("/v1/contacts", {"search": name}).json()["data"][0] for name in ("sarah", "ada"))
    assert (sarah["score"], ada["score"]) == (50, 0)
    shown = [(name, data["contact"]["username"], data["contact"]["score"]) for name, data in published_events()[:-1]]
    assert shown == [
        ("contact.created", "sarah", 50),
        ("contact.tagged", "sarah", 50),
        ("contact.created", "ada_lovelace", 0),
        ("lead.scored", "sarah", 50),
    ]


def test_known_people_are_updated_and_an_empty_cell_keeps_what_is_there(import_csv: Import, upsert: Upsert) -> None:
    upsert(username="sarah", name="Sarah Miller", email="s@example.com", tags=["paid"], phone="1")
    upsert(username="ada_lovelace", name="Ada")
    job = import_csv("Email;Name;Phone;Tags\nS@example.com;;+49 30 1;trial\n", "")
    contact = Contact.unscoped.get(username_key="sarah")
    assert (counts(job), contact.name, contact.phone) == ((0, 1, 0, 0), "Sarah Miller", "+49 30 1")
    assert set(contact.tag_rows.values_list("name", flat=True)) == {"paid", "trial"}
    assert counts(import_csv("username,name\nADA_lovelace,Ada\n")) == (0, 1, 0, 0)  # spelled another way
    assert counts(import_csv("username,name\nADA_lovelace,Ada\n")) == (0, 0, 1, 0)


def test_a_bad_row_is_reported_and_loses_nothing_else(ours: Api, import_csv: Import, custom_fields: None) -> None:
    job = import_csv(
        "username,seats,renews,vip,size\n"
        "good_one,12.5,2026-06-04,yes,L\n"
        "x,1,,,\n"
        "bad_number,many,,,\n"
        "bad_date,,04.06.2026,,\n"
        '"bad_choice\n",,,,XXL\n'
        ",3,,,\n"
        "too_many,1,,,,more\n"
    )
    assert counts(job) == (1, 0, 0, 6)
    assert [(error["line"], error["field"]) for error in job.errors] == [
        *[(3, "username"), (4, "seats"), (5, "renews"), (6, "size"), (8, "username"), (9, "")]
    ]
    assert Contact.unscoped.get().custom_fields == {"seats": 12.5, "renews": "2026-06-04", "vip": True, "size": "L"}
    failed = ours.get(job.result["failed_rows_url"])
    assert failed.headers["Content-Disposition"] == 'attachment; filename="failed-rows.csv"'
    lines = b"".join(failed.streaming_content).decode().split("\r\n")
    assert lines[0] == "username,seats,renews,vip,size,line,reason"
    assert lines[2] == "bad_number,many,,,,4,seats: give a number such as 12 or 12.5"


def test_failed_rows_are_mended_and_sent_again(ours: Api, import_csv: Import) -> None:
    job = import_csv("username,name\nx,'=Formula\nnobody here,+1\n")
    failed = b"".join(ours.get(job.result["failed_rows_url"]).streaming_content).decode()
    mended = failed.replace("\r\nx,", "\r\nxavier,").replace("nobody here", "nobody")
    again = import_csv(mended)
    assert (counts(again), again.result["ignored_columns"]) == ((2, 0, 0, 0), ["line", "reason"])
    assert set(Contact.unscoped.values_list("name", flat=True)) == {"=Formula", "+1"}


def test_failed_rows_are_mended_twice(ours: Api, import_csv: Import) -> None:
    job = import_csv("username,name\nx,A\ny,B\n")
    for mended, failed in ((("x", "xavier"), "y,B,2,"), (("y", "yolanda"), None)):
        text = b"".join(ours.get(job.result["failed_rows_url"]).streaming_content).decode()
        assert text.startswith("username,name,line,reason\r\n")
        job = import_csv(text.replace(f"\r\n{mended[0]},", f"\r\n{mended[1]},"))
        if failed is not None:
            again = b"".join(ours.get(job.result["failed_rows_url"]).streaming_content).decode()
            assert f"\r\n{failed.replace('2', '3')}" in again
    assert set(Contact.unscoped.values_list("username", flat=True)) == {"xavier", "yolanda"}


def test_failed_rows_keep_the_columns_of_fields_that_are_named_as_the_added_ones(
    ours: Api, tenants: Tenants, import_csv: Import
) -> None:
    CustomField.unscoped.create(workspace=tenants.workspace, key="line", label="Line", type="text")
    text = "username,line,reason\nx,red,none\n"
    for _ in range(2):
        job = import_csv(text)
        text = b"".join(ours.get(job.result["failed_rows_url"]).streaming_content).decode()
        assert text.startswith("username,line,failed_line,reason\r\nx,red,2,")


def test_a_formula_among_the_columns_is_defused_in_the_failed_rows(ours: Api) -> None:
    response = post_form(ours, b'username,"=HYPERLINK(""http://e"")"\nx,1\n', mapping='{"username": "username"}')
    runner.run_due()
    failed = ours.get(f"/v1/jobs/{response.json()['id']}/failed-rows")
    text = b"".join(failed.streaming_content).decode()
    assert text.startswith('username,"\'=HYPERLINK(""http://e"")",line,reason\r\n')
    mapping = json.dumps({"username": "username", '=HYPERLINK("http://e")': "name"})
    assert post_form(ours, text.encode(), mapping=mapping).status_code == 202


def test_an_export_is_imported_without_an_invalid_row_and_changes_nothing(
    ours: Api, import_csv: Import, upsert: Upsert, custom_fields: None
) -> None:
    upsert(username="sarah", name="=Sarah Miller", tags=["a", "=b"], phone="+49 1", company="-x", seats=-3, vip=False)
    upsert(email="ada@example.com", first_name="Ada", time_zone="Europe/Berlin", stage="won", renews="2026-01-02")
    file = b"".join(ours.get("/v1/contacts/export").streaming_content)
    before = ours.get("/v1/contacts").json()
    job = import_csv(file)
    assert counts(job) == (0, 0, 2, 0)
    assert job.result["ignored_columns"] == [
        *("id", "telegram_id", "score", "last_in_at", "last_out_at", "unanswered_since", "created_at", "updated_at")
    ]
    assert ours.get("/v1/contacts").json() == before


@pytest.mark.parametrize("dry_run", ["field", "query"])
def test_a_dry_run_counts_what_the_import_then_does_and_changes_nothing(
    ours: Api, import_csv: Import, upsert: Upsert, monkeypatch: pytest.MonkeyPatch, dry_run: str
) -> None:
    from contacts.imports import reading

    monkeypatch.setattr(reading, "CHUNK_ROWS", 2)
    upsert(username="known", email="known@example.com", name="Known")
    events = len(published_events())
    file = (
        "username,email,name\nnew_one,,A\nknown,,Known\nnew_one,n@example.com,A\n,n@example.com,B\nmoved,known@example.com,\n"
        "known,,Other\nnew_one,known@example.com,\nbad name,,\n,n@example.com,B\nmoved,,Known\n"
    )
    if dry_run == "query":
        tried = import_csv(file, "?dry_run=true")
    else:
        response = post_form(ours, file.encode(), dry_run="true")
        runner.run_due()
        tried = Job.unscoped.get(pk=response.json()["id"])
    assert (tried.state, tried.result["dry_run"]) == ("done", True)
    assert Contact.unscoped.get().name == "Known"
    assert len(published_events()) == events + 1  # job.completed
    done = import_csv(file)
    assert counts(done) == counts(tried) == (2, 3, 3, 2)
    assert [e["line"] for e in done.errors] == [e["line"] for e in tried.errors] == [8, 9]


def form(file: bytes, **fields: str) -> tuple[bytes, str]:
    """A multipart body and its content type."""
    from uuid import uuid4

    boundary = uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
    body = "".join([*parts, head]).encode() + file + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def post_form(api: Api, file: bytes, key: str | None = None, **fields: str) -> Any:
    body, content_type = form(file, **fields)
    return api.post("/v1/contacts/import", body, idempotency_key=key, Content_Type=content_type)


def test_a_mapping_says_which_column_is_for_which_field(ours: Api) -> None:
    file = b"Who,Mail,Remarks,name\nSarah,s@example.com,nice,ignored\n"
    response = post_form(ours, file, mapping='{"Who": "name", "Mail": "email", "Remarks": null}')
    assert response.status_code == 202, response.content
    runner.run_due()
    contact = Contact.unscoped.get()
    assert (contact.name, contact.email) == ("Sarah", "s@example.com")
    assert Job.unscoped.get().result["ignored_columns"] == ["Remarks", "name"]


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ('{"Who": "name"}', "required"),
        ('{"Who": "name", "Mail": "nonsense"}', "unknown_field"),
        ('{"Nobody": "email"}', "unknown_column"),
        ('{"Who": "email", "Mail": "email"}', "duplicate"),
        ('{"Who": 7}', "unknown_field"),
        ("[]", "not_a_dict"),
        ("{", "invalid"),
    ],
)
def test_a_wrong_mapping_is_refused(ours: Api, mapping: str, code: str) -> None:
    response = post_form(ours, b"Who,Mail\na,a@example.com\n", mapping=mapping)
    assert field_errors(response) == [("mapping", code)]
    assert not ContactImport.unscoped.exists() and not Job.unscoped.exists()


def test_a_column_that_is_no_field_is_refused_by_its_name(ours: Api) -> None:
    response = ours.post("/v1/contacts/import", b"email,compnay\na@example.com,x\n", Content_Type="text/csv")
    assert field_errors(response) == [("compnay", "unknown_field")]
    assert not Job.unscoped.exists()


def test_the_same_key_gets_the_first_job_although_the_form_has_another_boundary(ours: Api) -> None:
    first, second = (post_form(ours, PEOPLE.encode(), key="k", dry_run="true") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.content == first.content
    assert second.headers["Idempotency-Replayed"] == "true"
    other = post_form(ours, PEOPLE.encode() + b"more,,\n", key="k", dry_run="true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Job.unscoped.count() == 1


def test_a_body_over_50_mib_and_one_of_another_type_are_refused(ours: Api) -> None:
    large = ours.post("/v1/contacts/import", b"a" * (50 * 1_048_576 + 1), Content_Type="text/csv")
    assert (large.status_code, large.json()["code"]) == (413, "payload_too_large")
    wrong = ours.post("/v1/contacts/import", {"username": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (415, "unsupported_media_type")


def test_another_workspace_sees_neither_the_job_nor_its_failed_rows(theirs: Api, import_csv: Import) -> None:
    job = import_csv("username\nx\n")
    for path in (f"/v1/jobs/{job.pk}", job.result["failed_rows_url"]):
        assert theirs.get(path).status_code == 404


@pytest.mark.parametrize("rows", [1, 600])
def test_statements_of_an_upload_and_of_failed_rows(ours: Api, django_assert_num_queries: Any, rows: int) -> None:
    """Upload: key, savepoint, custom fields, file, its chunks, job, its result, audit entry, answer, release;
    the lock of the key. Failed rows: key, job, file, audit entry, and a page of 50 each, the last of
    them empty."""
    ours.get("/v1/contacts")  # writes when the key was last used
    file = b"username\n" + b"x\n" * rows
    with django_assert_num_queries(14):
        job = ours.post("/v1/contacts/import", file, Content_Type="text/csv").json()
    runner.run_due()
    with django_assert_num_queries(6 if rows == 1 else 17):
        answer = ours.get(f"/v1/jobs/{job['id']}/failed-rows")
        assert b"".join(answer.streaming_content).count(b"\r\n") == rows + 1


def test_files_that_wait_take_a_bounded_space_of_a_workspace_and_its_twin(
    ours: Api, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"username\nada_l\n"
    first = ours.post("/v1/contacts/import?dry_run=true", text, Content_Type="text/csv").json()["id"]
    monkeypatch.setattr(services, "MAX_KEPT_BYTES", 2 * reading.kept_bytes(tenants.workspace) - 1)
    test = Api(tenants.key(workspace=tenants.twin))
    for api in (ours, test):
        refused = api.post("/v1/contacts/import", text, Content_Type="text/csv")
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
        error = refused.json()["errors"][0]
        assert (error["field"], error["code"]) == ("file", "quota_exceeded")
        assert "wait until imports have ended" in error["detail"]
    assert (ContactImport.unscoped.count(), ImportChunk.unscoped.count(), Job.unscoped.count()) == (1, 1, 1)
    other = Api(tenants.key(workspace=tenants.other))
    assert other.post("/v1/contacts/import", text, Content_Type="text/csv").status_code == 202
    ours.post(f"/v1/jobs/{first}/cancel")
    assert test.post("/v1/contacts/import", text, Content_Type="text/csv").status_code == 202
