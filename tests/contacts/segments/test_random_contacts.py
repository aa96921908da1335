"""Random conditions hold for those of random contacts for whom a plain reading of the rules says so."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import Contact
from contacts.normalization import email_key
from contacts.segments.compilation import reads_tags_once, where
from contacts.segments.conditions import parse_condition
from contacts.services import upsert_contact
from tests.contacts.segments.conftest import NOW
from tests.contacts.segments.test_model import (
    ADDRESSES,
    DATES,
    NUMBERS,
    PARTS,
    TAGS,
    TIMES,
    groups_of,
    holds,
    leaves,
    lists_of,
    trees,
)
from tests.fuzzing import examples
from tests.tenants import Tenants

instants = st.none() | st.integers(-50_000, 50_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
COMPANIES = st.sampled_from(["Straße GmbH", "STRASSE", "ИВАНОВ и сын", "İSTANBUL Ltd", "ıi", "100%", "a_b", "ab", ""])
fields = st.fixed_dictionaries(
    {},
    optional={
        "email": ADDRESSES,
        "time_zone": st.sampled_from(["Europe/Berlin", "America/New_York", "UTC"]),
        "stage": st.sampled_from(["new", "replied", "qualified", "lost"]),
        "opted_out": st.booleans(),
        "tags": st.lists(TAGS, max_size=3),
        "custom_fields": st.fixed_dictionaries(
            {},
            optional={
                "company": COMPANIES,
                "seats": NUMBERS,
                "vip": st.booleans(),
                "renews": DATES,
                "size": st.sampled_from(["S", "L"]),
            },
        ),
    },
)
columns = st.fixed_dictionaries(
    {"score": st.integers(0, 100)}, optional={name: instants for name in TIMES if name != "created_at"}
)
# An address belongs to one contact.
PEOPLE = st.lists(
    st.tuples(fields, columns),
    min_size=1,
    max_size=4,
    unique_by=lambda each: email_key(str(each[0]["email"])) if "email" in each[0] else object(),
)

# More comparisons of tags than are looked for one by one, in a group that stands alone, or beside and in others.
TAG_LEAF = st.one_of(leaves(["tag"], ["is", "is_not", *PARTS], TAGS), lists_of(["tag"], TAGS))
SCANS = st.lists(leaves(["tag"], PARTS, TAGS), min_size=7, max_size=8)
MANY_TAGS = st.builds(
    lambda group, scans, others: {group: in_another_order([*scans, *others])},
    st.sampled_from(["all", "any"]),
    SCANS,
    st.lists(st.one_of(TAG_LEAF, trees(2), groups_of(TAG_LEAF)), max_size=5),
)
CROWDED = st.one_of(
    MANY_TAGS,
    MANY_TAGS.map(lambda each: {"not": each}),
    st.lists(MANY_TAGS, max_size=2).map(lambda each: {"any": each}),
)


def in_another_order(parts: list[Any]) -> list[Any]:
    """The parts in another order, the same for the same parts."""
    return sorted(parts, key=repr)


@examples(40)
@given(people=PEOPLE, conditions=st.lists(CROWDED, min_size=2, max_size=3))
def test_condition_of_many_tags_holds_for_those_for_whom_the_rules_say_so(
    tenants: Tenants,
    custom_fields: None,
    people: list[tuple[dict[str, Any], dict[str, Any]]],
    conditions: list[Any],
) -> None:
    for condition in conditions:
        parsed = parse_condition(tenants.workspace, condition)
        assert reads_tags_once(parsed) or condition == {"any": []}
    check(tenants, people, conditions)


@examples(40)
@given(people=PEOPLE, conditions=st.lists(trees(3), min_size=3, max_size=6))
def test_condition_holds_for_those_of_random_contacts_for_whom_the_rules_say_so(
    tenants: Tenants,
    custom_fields: None,
    people: list[tuple[dict[str, Any], dict[str, Any]]],
    conditions: list[Any],
) -> None:
    check(tenants, people, conditions)


def check(tenants: Tenants, people: list[tuple[dict[str, Any], dict[str, Any]]], conditions: list[Any]) -> None:
    with transaction.atomic():
        for number, (given_fields, given_columns) in enumerate(people):
            contact = upsert_contact(tenants.actor(), {"username": f"user_{number}", **given_fields}).contact
            Contact.unscoped.filter(pk=contact.pk).update(**given_columns)
        contacts = list(Contact.objects.for_workspace(tenants.workspace).prefetch_related("tag_rows"))
        for condition in conditions:
            compiled = where(parse_condition(tenants.workspace, condition), NOW)
            found = Contact.objects.for_workspace(tenants.workspace).filter(compiled).values_list("pk", flat=True)
            assert sorted(found) == sorted(each.pk for each in contacts if holds(condition, each)), condition
        transaction.set_rollback(True)
