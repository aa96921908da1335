"""The section ``scoring`` of a workspace's configuration."""

from functools import partial
from typing import Any

from contacts.models import ScoringRule
from contacts.scoring.definition import definition_of, read_definition
from contacts.scoring.services import create_rule, list_rules, update_rule
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.configuration import Change, apply_each

SECTION = "scoring"


def dump(actor: Actor) -> list[Any]:
    """All rules by name."""
    return [definition_of(rule).as_json() for rule in list_rules(actor)]


def apply(actor: Actor, items: list[Any], path: str) -> list[Change]:
    """Create the rules whose names are new, and change those that differ. One job scores the contacts again."""
    return apply_each(items, path, partial(_apply_rule, actor))


def _apply_rule(actor: Actor, item: Any) -> Change:
    definition = read_definition(actor.workspace, item)
    rules = ScoringRule.objects.for_workspace(actor.workspace).filter(name=definition.name, archived_at=None)
    rule_id = rules.values_list("pk", flat=True).first()
    if rule_id is None:
        create_rule(actor, definition)
        return Change(SECTION, definition.name, "created")
    _, changed = update_rule(actor, rule_id, definition)
    return Change(SECTION, definition.name, "updated" if changed else "unchanged")
