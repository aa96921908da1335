"""What names a tag follows when the tag is renamed, or is listed with what to do by hand."""

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from contacts import bulk, tags
from contacts.models import ContactTag, ScoringRule, Segment
from contacts.segments.conditions import MAX_LEVELS
from contacts.segments.services import create_segment
from contacts.services import list_contacts, upsert_contact
from contacts.uses import find_tag_uses
from crmsolid.events.models import Event
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, Role
from messaging.broadcasts.services import save_draft
from tests.contacts.scoring.helpers import ledger_of, rule, score_of
from tests.messaging.broadcasts import helpers as broadcasts
from tests.panel import browser, words
from tests.sequences import helpers as sequences
from tests.tenants import Tenants

IS_VIP = {"field": "tag", "op": "is", "value": "VIP"}
PAGE = reverse("admin:contacts_contacttag_edit")


@pytest.fixture(autouse=True)
def people(tenants: Tenants) -> None:
    for username, names in (("sarah", ["vip"]), ("boris", ["vip", "gold"]), ("clara", ["old"])):
        upsert_contact(tenants.actor(), {"username": username, "tags": names})


def segment(tenants: Tenants, name: str, filter: Any) -> Segment:
    return create_segment(tenants.actor(), name=name, filter=filter).segment


def filter_of(row: Segment) -> Any:
    return Segment.unscoped.get(pk=row.pk).filter


def uses(actor: Actor, name: str = "vip") -> list[tuple[str, str, bool]]:
    """The kind and name of each use, and whether renaming changes it."""
    return [(use.kind, use.name, not use.advice) for use in find_tag_uses(actor, name)]


def member(tenants: Tenants, role: Role) -> Actor:
    membership = Membership.unscoped.get(user=tenants.member(role))
    return Actor.member(membership, tenants.workspace)


def test_segments_name_both_tags_until_everybody_is_renamed(tenants: Tenants) -> None:
    nested = {"any": [{"not": IS_VIP}, {"field": "tag", "op": "in", "value": ["vip", "gold", "old"]}]}
    changed = [segment(tenants, "Vips", IS_VIP), segment(tenants, "Nested", nested)]
    kept = [
        segment(tenants, "Part", {"field": "tag", "op": "contains", "value": "vip"}),
        segment(tenants, "Name", {"field": "username", "op": "is", "value": "vipvip"}),
    ]
    before = [filter_of(each) for each in kept]
    assert uses(tenants.actor()) == [("Segment", "Nested", True), ("Segment", "Vips", True)]
    job = tags.rename_tag(tenants.actor(), "vip", to="gold")
    assert filter_of(changed[0]) == {"field": "tag", "op": "in", "value": ["VIP", "gold"]}
    entries = AuditEntry.unscoped.filter(action="segment.updated").order_by("target")
    assert [entry.target for entry in entries] == sorted(each.pk for each in changed)
    assert entries[0].data == {"old": {"tag": "vip"}, "new": {"tag": "gold"}}
    assert Job.unscoped.get(pk=job.pk).state == "queued"

    runner.run_due()
    assert Job.unscoped.get(pk=job.pk).state == "done"
    is_gold = {**IS_VIP, "value": "gold"}
    assert filter_of(changed[0]) == is_gold
    assert filter_of(changed[1]) == {"any": [{"not": is_gold}, {"field": "tag", "op": "in", "value": ["gold", "old"]}]}
    assert [filter_of(each) for each in kept] == before
    assert AuditEntry.unscoped.filter(action="segment.updated").count() == 2


def test_a_segment_that_leaves_people_out_does_so_at_every_moment_of_a_renaming(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = segment(tenants, "Everybody else", {"field": "tag", "op": "is_not", "value": "vip"})

    def people() -> list[str]:
        found = list_contacts(tenants.actor(), {"segment": others.pk}).rows
        return sorted(str(row.contact.username) for row in found)

    monkeypatch.setitem(bulk.actions, tags.RENAME, replace(bulk.actions[tags.RENAME], batch=1))
    assert people() == ["clara"]
    tags.rename_tag(tenants.actor(), "vip", to="gold")
    assert people() == ["clara"]
    runner.run_due(seconds=0)  # one chunk
    assert ContactTag.unscoped.filter(name="vip").count() == 1
    assert people() == ["clara"]
    runner.run_due()
    assert ContactTag.unscoped.filter(name="vip").count() == 0
    assert people() == ["clara"]
    assert filter_of(others) == {"not": {"field": "tag", "op": "is", "value": "gold"}}


def test_a_segment_without_room_for_a_second_tag_stays(tenants: Tenants) -> None:
    deep: Any = {"field": "tag", "op": "is_not", "value": "vip"}
    for _ in range(MAX_LEVELS - 1):
        deep = {"all": [deep]}
    full = segment(tenants, "Deep", deep)
    assert uses(tenants.actor()) == [("Segment", "Deep", False)]
    tags.rename_tag(tenants.actor(), "vip", to="gold")
    runner.run_due()
    assert filter_of(full) == deep


def test_a_segment_stays_while_the_tag_exists_in_another_case(tenants: Tenants) -> None:
    upsert_contact(tenants.actor(), {"username": "dieter", "tags": ["VIP"]})
    both = segment(tenants, "Both", IS_VIP)
    assert uses(tenants.actor()) == [("Segment", "Both", False)]
    tags.rename_tag(tenants.actor(), "vip", to="gold")
    assert filter_of(both) == IS_VIP


def test_a_scoring_rule_follows_once_everybody_is_renamed_and_takes_no_points(tenants: Tenants) -> None:
    actor = member(tenants, Role.ADMIN)
    rule(actor, "Important", "tag", "vip", points=30)
    runner.run_due()
    assert uses(actor) == [("Scoring rule", "Important", True)]
    told = Event.unscoped.filter(type="lead.scored").count()
    tags.rename_tag(actor, "vip", to="gold")
    assert ScoringRule.unscoped.get().value == "vip"
    runner.run_due()
    assert ScoringRule.unscoped.get().value == "gold"
    assert [score_of(name) for name in ("sarah", "boris", "clara")] == [30, 30, 0]
    assert [points for _, points, _ in ledger_of("sarah")] == [30, -30, 30]
    assert (told, Event.unscoped.filter(type="lead.scored").count()) == (2, 2)


def test_a_scoring_rule_stays_if_whoever_renames_may_not_change_rules(tenants: Tenants) -> None:
    rule(tenants.actor(), "Important", "tag", "vip")
    agent = member(tenants, Role.AGENT)
    assert uses(agent) == [("Scoring rule", "Important", False)]
    tags.rename_tag(agent, "vip", to="gold")
    runner.run_due()
    assert ScoringRule.unscoped.get().value == "vip"


def test_sequences_and_waiting_broadcasts_are_listed_and_stay(tenants: Tenants) -> None:
    account = tenants.sandbox()
    step = {"id": "hello", "text": "Hello", "condition": IS_VIP}
    sequences.create(account, name="By condition", steps=[step])
    sequences.create(account, name="By stop", stop_on=["tag:vip"])
    sequences.publish(sequences.create(account, name="Not any more", stop_on=["tag:vip"]), account)
    held = sequences.create(account, name="With somebody", stop_on=["tag:vip"])
    sequences.enroll(held, sequences.contact(tenants.workspace, "erika"))
    sequences.publish(held, account)
    save_draft(tenants.actor(), broadcasts.definition(account, name="Draft"))
    save_draft(tenants.actor(), broadcasts.definition(account, name="Others", audience={"tags": ["old"]}))
    assert sorted(uses(tenants.actor())) == [
        ("Broadcast", "Draft", False),
        ("Sequence", "By condition", False),
        ("Sequence", "By stop", False),
        ("Sequence", "With somebody", False),
    ]


def test_the_queries_do_not_grow_with_the_rows(tenants: Tenants, django_assert_max_num_queries: Any) -> None:
    account = tenants.sandbox()
    for number in range(5):
        segment(tenants, f"Segment {number}", IS_VIP)
        rule(tenants.actor(), f"Rule {number}", "tag", "vip")
        sequences.create(account, name=f"Sequence {number}", stop_on=["tag:vip"])
    with django_assert_max_num_queries(7):
        assert len(find_tag_uses(tenants.actor(), "vip")) == 15


def test_the_page_says_what_follows_and_what_does_not(tenants: Tenants) -> None:
    vips = segment(tenants, "Vips", IS_VIP)
    sequences.create(tenants.sandbox(), name="Stops", stop_on=["tag:vip"])
    rule(tenants.actor(), "Important", "tag", "vip")
    text = words(browser(tenants.owner).get(PAGE, {"tag": "vip"}))
    follows, by_hand = text.split("These name the new tag afterwards")[1].split("These go on naming “vip”")
    assert f'<a class="cs-link" href="{reverse("admin:contacts_segment_change", args=[vips.pk])}">Vips</a>' in follows
    assert ">Important</a>" in follows and ">Stops</a>" in by_hand
    assert "nobody has it then" in by_hand
    text = words(browser(tenants.member(Role.AGENT)).get(PAGE, {"tag": "vip"}))
    assert "<strong>Important</strong>" in text and "Ask an admin to change it." in text
    text = browser(tenants.owner).get(PAGE, {"tag": "old"}).content.decode()
    assert "No segment, scoring rule, sequence or broadcast names this tag." in text


def test_other_workspaces_are_neither_listed_nor_changed(tenants: Tenants) -> None:
    theirs = create_segment(tenants.actor(tenants.other), name="Theirs", filter=IS_VIP).segment
    assert uses(tenants.actor()) == []
    tags.rename_tag(tenants.actor(), "vip", to="gold")
    assert filter_of(theirs) == IS_VIP
