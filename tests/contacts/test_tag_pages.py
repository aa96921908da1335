"""Tags as such: names with the number of people, renaming, merging, deleting."""

from typing import Any

import pytest

from contacts import tags
from contacts.models import Contact, ContactTag
from contacts.services import upsert_contact
from crmsolid.core.errors import DomainError
from crmsolid.jobs import runner
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people(tenants: Tenants) -> None:
    for username, names in (("anna", ["vip", "Berlin"]), ("boris", ["vip"]), ("clara", ["VIP", "старт"])):
        upsert_contact(tenants.actor(), {"username": username, "tags": names})
    upsert_contact(tenants.actor(tenants.other), {"username": "theirs", "tags": ["foreign"]})


def counted(tenants: Tenants, **options: Any) -> dict[str, int]:
    return {tag.name: tag.count for tag in tags.list_tags(tenants.actor(), **options).rows}


def of(username: str) -> list[str]:
    contact = Contact.unscoped.get(username_key=username)
    return sorted(contact.tag_rows.values_list("name", flat=True))


def test_each_tag_is_listed_once_with_the_number_of_people(tenants: Tenants) -> None:
    assert counted(tenants) == {"vip": 2, "Berlin": 1, "VIP": 1, "старт": 1}
    assert counted(tenants) == {name: counted(tenants, start=name, limit=1)[name] for name in counted(tenants)}
    assert sorted(tags.tag_names(tenants.actor())) == sorted(counted(tenants))
    assert counted(tenants, start="я") == {}


def test_pages_by_name_list_every_tag_once(tenants: Tenants) -> None:
    seen, start = [], ""
    while True:
        found = tags.list_tags(tenants.actor(), start=start, limit=3)
        seen += [tag.name for tag in found.rows]
        start = found.next_cursor or ""
        if not start:
            break
    assert seen == list(counted(tenants))


def test_count_stops_at_its_limit(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [tags.CountedTag("x", count).count_text for count in (1, 10_000, 10_001)] == ["1", "10,000", "10,000+"]


def test_renaming_to_a_tag_in_use_makes_one_of_the_two(tenants: Tenants) -> None:
    tags.rename_tag(tenants.actor(), "vip", to="VIP")
    runner.run_due()
    assert (of("anna"), of("boris"), of("clara")) == (["Berlin", "VIP"], ["VIP"], ["VIP", "старт"])
    tags.rename_tag(tenants.actor(), "старт", to=" Start ")
    runner.run_due()
    assert of("clara") == ["Start", "VIP"]
    assert ContactTag.unscoped.get(workspace=tenants.other).name == "foreign"


def test_deleted_tag_is_taken_from_everybody(tenants: Tenants) -> None:
    tags.delete_tag(tenants.actor(), "vip")
    runner.run_due()
    assert (of("anna"), of("boris"), of("clara")) == (["Berlin"], [], ["VIP", "старт"])


@pytest.mark.parametrize(("name", "to", "code"), [("vi", "x", "not_found"), ("foreign", "x", "not_found")])
def test_tag_that_nobody_has_is_not_found(tenants: Tenants, name: str, to: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        tags.rename_tag(tenants.actor(), name, to=to)
    assert refused.value.code == code


@pytest.mark.parametrize("to", ["", "vip", "x" * 65, "a\nb"])
def test_name_that_is_no_other_tag_is_refused(tenants: Tenants, to: str) -> None:
    with pytest.raises(DomainError) as refused:
        tags.rename_tag(tenants.actor(), "vip", to=to)
    assert refused.value.code == "validation_failed"
