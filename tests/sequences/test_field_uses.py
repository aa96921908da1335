"""Settings > Custom fields: the page of a field says what names it, across all apps."""

from typing import Any

from django.urls import reverse

from contacts.models import CustomField
from contacts.segments.services import create_segment
from contacts.services import upsert_contact
from messaging.texts import create_template
from tests.contacts.scoring.helpers import rule
from tests.panel import browser
from tests.sequences.helpers import create, publish
from tests.tenants import Tenants

NAMES_IT: dict[str, Any] = {"field": "custom.company", "op": "is", "value": "Acme"}
NOT_IT: dict[str, Any] = {"field": "custom.size", "op": "is", "value": "custom.company"}


def page(tenants: Tenants, field: CustomField) -> Any:
    return browser(tenants.owner).get(reverse("admin:contacts_customfield_change", args=[field.pk]))


def uses(answer: Any) -> list[tuple[str, str]]:
    return [(use.kind, use.name) for use, _ in answer.context["uses"]]


def fields_of(tenants: Tenants) -> dict[str, CustomField]:
    made = {}
    for workspace in (tenants.other, tenants.workspace):
        for key in ("company", "size"):
            made[key] = CustomField.unscoped.create(workspace=workspace, key=key, label=key.title(), type="text")
    return made


def test_a_field_that_nothing_names(tenants: Tenants) -> None:
    answer = page(tenants, fields_of(tenants)["company"])
    assert uses(answer) == []
    assert "No segment, scoring rule, template or sequence names it." in answer.content.decode()


def test_what_names_a_field_is_listed_with_its_page(tenants: Tenants) -> None:
    field = fields_of(tenants)["company"]
    actor = tenants.actor()
    segment = create_segment(actor, name="Acme", filter={"all": [{"not": NAMES_IT}]}).segment
    create_segment(actor, name="Small", filter=NOT_IT)
    create_segment(tenants.actor(tenants.other), name="Theirs", filter=NAMES_IT)
    rule(actor, "Company known", "field", "company")
    rule(actor, "Acme", "field", "company=Acme")
    rule(actor, "Tagged company", "tag", "company")
    create_template(actor, name="Intro", text="How is {company|your team}?")
    create_template(actor, name="Plain", text="How is company?")
    answer = page(tenants, field)
    assert uses(answer) == [
        ("Scoring rule", "Acme"),
        ("Scoring rule", "Company known"),
        ("Segment", "Acme"),
        ("Template", "Intro"),
    ]
    assert (
        f'href="{reverse("admin:contacts_segment_change", args=[segment.pk])}"><bdi>Acme</bdi></a>'
        in answer.content.decode()
    )


def test_a_sequence_is_listed_while_its_latest_version_names_the_field(tenants: Tenants) -> None:
    field, account = fields_of(tenants)["company"], tenants.sandbox()
    plain = [{"delay": "PT0S", "text": "Hi"}]
    sequence = create(account, name="Onboarding", steps=plain, start=False)
    assert uses(page(tenants, field)) == []
    for steps in (
        [{"delay": "PT0S", "text": "How is {company|it}?"}],
        [{"delay": "PT0S", "text": "Hi", "condition": NAMES_IT}],
    ):
        publish(sequence, account, steps=[*steps, *plain])
        assert uses(page(tenants, field)) == [("Sequence", "Onboarding")]
    publish(sequence, account, steps=plain)
    assert uses(page(tenants, field)) == []


def test_the_button_leads_to_the_contacts_that_have_a_value(tenants: Tenants) -> None:
    field = fields_of(tenants)["company"]
    upsert_contact(tenants.actor(), {"username": "with_it", "name": "With", "custom_fields": {"company": "Acme"}})
    upsert_contact(tenants.actor(), {"username": "without", "name": "Without"})
    answer = page(tenants, field)
    listed = browser(tenants.owner).get(answer.context["contacts_address"]).content.decode()
    assert "@with_it" in listed and "@without" not in listed


def test_only_a_field_of_type_choice_asks_for_choices(tenants: Tenants) -> None:
    field = fields_of(tenants)["company"]
    assert 'name="choices"' not in page(tenants, field).content.decode()
    address = reverse("admin:contacts_customfield_change", args=[field.pk])
    assert browser(tenants.owner).post(address, {"label": "Firm"}).status_code == 302
    field.refresh_from_db()
    assert (field.label, field.choices) == ("Firm", [])
    CustomField.unscoped.filter(pk=field.pk).update(type="choice", choices=["a"])
    assert 'name="choices"' in page(tenants, field).content.decode()
