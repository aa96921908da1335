"""People > Segments: the list, a segment's page, the form, tags for all in it, and the list of its contacts."""

from typing import Any

import pytest
from django.urls import reverse

from contacts.models import CustomField, Segment
from contacts.segments import services
from contacts.services import upsert_contact
from crmsolid.jobs.models import Job
from crmsolid.workspaces.models import Role
from tests.panel import browser, flash_messages, words
from tests.tenants import Tenants

VIP = {"field": "tag", "op": "is", "value": "vip"}
ROW = {"filter::mode": "all", "filter:0:field": "tag", "filter:0:op": "is", "filter:0:value": "vip"}
NOT_VIP = {**ROW, "filter::mode": "none"}
LIST, ADD = "admin:contacts_segment_changelist", "admin:contacts_segment_add"


@pytest.fixture
def segment(tenants: Tenants) -> Segment:
    """Anna is a vip, Boris is not."""
    upsert_contact(tenants.actor(), {"username": "anna", "name": "Anna", "tags": ["vip"]})
    upsert_contact(tenants.actor(), {"username": "boris", "name": "Boris"})
    return services.create_segment(tenants.actor(), name="Best friends", filter=VIP).segment


def page(tenants: Tenants, name: str, *args: Any) -> str:
    response = browser(tenants.owner).get(reverse(name, args=args))
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_list_says_whom_a_segment_selects_and_how_many(tenants: Tenants, segment: Segment) -> None:
    text = page(tenants, LIST)
    assert "Best friends" in text and "tag is vip" in text
    address = f"{reverse('admin:contacts_contact_changelist')}?segment={segment.pk}"
    assert f'<a class="cs-link" href="{address}">1</a>' in text


def test_the_empty_list_says_what_a_segment_is_for(tenants: Tenants) -> None:
    assert "A segment is a saved filter of contacts" in page(tenants, LIST)


def test_the_page_shows_the_count_and_the_newest_contacts(tenants: Tenants, segment: Segment) -> None:
    text = page(tenants, "admin:contacts_segment_change", segment.pk)
    assert "1 contact</h2>" in text and "Anna" in text and "Boris" not in text


def test_the_link_filters_the_list_of_contacts(tenants: Tenants, segment: Segment) -> None:
    client, address = browser(tenants.owner), reverse("admin:contacts_contact_changelist")
    text = client.get(address, {"segment": segment.pk}).content.decode()
    assert "Anna" in text and "Boris" not in text
    theirs = services.create_segment(tenants.actor(tenants.other), name="Theirs", filter={"all": []}).segment
    text = client.get(address, {"segment": theirs.pk}).content.decode()
    assert "Theirs" not in text and "Anna" not in text and "No such segment in this workspace." in text


def test_a_segment_is_created_after_a_look_at_whom_it_selects(tenants: Tenants, segment: Segment) -> None:
    client = browser(tenants.owner)
    shown = client.post(reverse(ADD), {"name": "", **NOT_VIP, "do": "preview"})
    text = shown.content.decode()
    assert "1 contact</h2>" in text and "Boris" in text and "Anna" not in text and "Nothing was saved" not in text
    assert Segment.unscoped.count() == 1
    saved = client.post(reverse(ADD), {"name": "Others", **NOT_VIP, "do": "save"})
    created = Segment.unscoped.get(name="Others")
    assert (created.filter, saved["Location"]) == (
        {"not": VIP},
        reverse("admin:contacts_segment_change", args=[created.pk]),
    )
    assert flash_messages(saved) == ["The segment is saved."]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"filter:0:value": ""}, "A tag has 1 to 64 characters."),
        ({"filter:0:field": "custom.gone"}, "The workspace has no custom field of this key."),
        ({"name": "Best friends"}, "There is a segment of this name already"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_wrong_form_is_shown_again_and_saves_nothing(
    tenants: Tenants, segment: Segment, values: dict[str, str], error: str
) -> None:
    response = browser(tenants.owner).post(reverse(ADD), {"name": "New", "do": "save", **ROW, **values})
    text = response.content.decode()
    assert error in text and "Nothing was saved." in text
    assert Segment.unscoped.count() == 1


def test_a_segment_is_edited(tenants: Tenants, segment: Segment) -> None:
    address = reverse("admin:contacts_segment_edit", args=[segment.pk])
    client = browser(tenants.owner)
    assert 'name="filter:0:value" type="text" value="vip"' in client.get(address).content.decode()
    client.post(address, {"name": "Everybody", "filter::mode": "all", "do": "save"})
    segment.refresh_from_db()
    assert (segment.name, segment.filter) == ("Everybody", {"all": []})


def test_the_contacts_are_tagged_by_a_job(tenants: Tenants, segment: Segment) -> None:
    address = reverse("admin:contacts_segment_tags", args=[segment.pk])
    client = browser(tenants.owner)
    assert "Give at least one tag." in client.post(address, {"add": " ", "remove": ""}).content.decode()
    response = client.post(address, {"add": "2026\r\n", "remove": "vip"})
    job = Job.unscoped.get()
    assert response["Location"] == reverse("admin:workspaces_job_change", args=[job.pk])
    assert (job.total, job.params["add"], job.params["remove"]) == (1, ["2026"], ["vip"])


def test_a_segment_is_deleted_once_it_is_confirmed(tenants: Tenants, segment: Segment) -> None:
    address = reverse("admin:contacts_segment_delete", args=[segment.pk])
    client = browser(tenants.owner)
    assert "Delete the segment Best friends?" in words(client.get(address))
    assert Segment.unscoped.exists()
    assert flash_messages(client.post(address)) == ["The segment is deleted. Its contacts stay as they are."]
    assert not Segment.unscoped.exists()


def test_a_segment_whose_custom_field_is_gone_can_still_be_seen_and_corrected(tenants: Tenants) -> None:
    CustomField.unscoped.create(workspace=tenants.workspace, key="city", label="City", type="text")
    filter = {"field": "custom.city", "op": "is", "value": "Paris"}
    segment = services.create_segment(tenants.actor(), name="Parisians", filter=filter).segment
    CustomField.unscoped.all().delete()
    assert "The filter does not fit any more. Correct it." in page(tenants, LIST)
    assert "nobody is in the segment" in page(tenants, "admin:contacts_segment_change", segment.pk)
    assert "Add a condition" in page(tenants, "admin:contacts_segment_edit", segment.pk)
    client = browser(tenants.owner)
    text = client.get(reverse("admin:contacts_contact_changelist"), {"segment": segment.pk}).content.decode()
    assert "does not fit any more" in text


def test_a_viewer_sees_segments_and_changes_none(tenants: Tenants, segment: Segment) -> None:
    client = browser(tenants.member(Role.VIEWER))
    text = client.get(reverse("admin:contacts_segment_change", args=[segment.pk])).content.decode()
    assert "Anna" in text and "Tag them" not in text
    for name, args in ((ADD, []), *((f"admin:contacts_segment_{verb}", [segment.pk]) for verb in ("edit", "tags"))):
        assert client.post(reverse(name, args=args), {"name": "x", "filter": "{}"}).status_code == 403
    assert client.post(reverse("admin:contacts_segment_delete", args=[segment.pk])).status_code == 403
    assert list(Segment.unscoped.values_list("name", flat=True)) == ["Best friends"]
