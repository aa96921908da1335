"""Erased people in saved conditions."""

from typing import Any

from django.urls import reverse

from contacts.models import Contact, ScoringRule
from contacts.scoring import services as scoring
from contacts.scoring.definition import Definition, read_definition
from contacts.scoring.models import Trigger
from contacts.scoring.rescoring import PREVIEW
from contacts.scoring.services import create_rule, preview_rule
from crmsolid.jobs.models import Job
from tests.contacts.conftest import Upsert
from tests.panel import browser
from tests.tenants import Api, Tenants


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def test_conditions_and_rules_lose_the_person_and_nothing_else(
    ours: Api, upsert: Upsert, tenants: Tenants, custom_fields: None
) -> None:
    contact = upsert(username="contains", email="sarah@example.com", phone="0049 30 5550-1234")
    Contact.unscoped.filter(pk=contact["id"]).update(telegram_id=7766554433)
    leaves = [
        *(leaf("username", "contains", "other"), leaf("username", "is", "contains")),
        *(
            leaf("email", "in", ["sarah@example.com", "other@example.com"]),
            leaf("custom.company", "is", "+49 30 55501234"),
        ),
        leaf("custom.seats", "is", 7766554433),
    ]
    segment = ours.post("/v1/segments", {"name": "Some", "filter": {"any": leaves}}).json()
    values = ("company=sarah@example.com", "company=@Contains", "company=other@example.com", "seats=7766554433")
    rules = [create_rule(tenants.actor(), Definition(value, Trigger.FIELD, value, 5)).pk for value in values]
    preview_rule(tenants.actor(), Definition("New", Trigger.FIELD, values[0], 5))

    named_in = ours.get(f"/v1/contacts/{contact['id']}/data").json()["named_in"]
    found = [(each["id"], each["named_by"]) for each in named_in if each["kind"] != "job"]
    assert found == [
        (segment["id"], [leaves[1], leaf("email", "in", ["sarah@example.com"]), *leaves[3:]]),
        *((str(rules[number]), [values[number]]) for number in (0, 1, 3)),
    ]
    assert [each["named_by"] for each in named_in if each["kind"] == "job"] == [[values[0]]]

    assert ours.delete(f"/v1/contacts/{contact['id']}").status_code == 204
    assert ours.get(f"/v1/segments/{segment['id']}").json()["filter"]["any"] == [
        *(leaves[0], leaf("username", "is", "erased__")),
        leaf("email", "in", ["erased@erased.invalid", "other@example.com"]),
        *(leaf("custom.company", "is", "erased"), leaf("custom.seats", "is", -1)),
    ]
    assert ours.get(f"/v1/segments/{segment['id']}").json()["count"] == 0
    erased = ["company=erased", "company=erased", "company=other@example.com", "seats=-1"]
    assert [ScoringRule.unscoped.get(pk=pk).value for pk in rules] == erased
    assert Job.unscoped.get(kind=PREVIEW.name).params["definition"]["value"] == "company=erased"
    # The rules can still be read, opened and deleted.
    dumped = scoring.dump_rules(tenants.actor())
    assert [read_definition(tenants.workspace, each).as_json() for each in dumped] == dumped
    page = reverse("admin:contacts_scoringrule_change", args=[rules[3]])
    assert browser(tenants.owner).get(page).status_code == 200
    assert browser(tenants.owner).post(page, {"do": "delete"}).status_code == 302
