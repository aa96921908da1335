"""What the page says that asks what happens to the people in a sequence when a changed one is published."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import pluralize
from django.utils.text import Truncator

from contacts.models import CustomField
from contacts.segments.conditions import definitions_of
from crmsolid.workspaces.models import Workspace
from sequences import progress, repository
from sequences.admin.base import definition_facts, describe_step, step_label, wait_text
from sequences.definition import Definition, StepDefinition
from sequences.models import Sequence, SequenceVersion


def changes(workspace: Workspace, old: Definition, new: Definition) -> list[tuple[str, list[str]]]:
    """How the definitions differ, as titles with sentences: the steps in their order, those that are gone, the rest."""
    old_keys, new_keys = ([step.key for step in each.steps] for each in (old, new))
    kept_before, kept_now = ([key for key in old_keys if key in new_keys], [key for key in new_keys if key in old_keys])
    definitions, found = definitions_of(workspace), []
    for index, step in enumerate(new.steps):
        before = old.step(step.key)
        if before is None:
            said = _new_step(workspace, step, index, definitions)
        else:
            said = _changed_step(workspace, before, step, definitions) if before != step else []
            if kept_before.index(step.key) != kept_now.index(step.key):
                said.insert(0, f"It was step {old_keys.index(step.key) + 1} until now.")
        found.append((f"Step {index + 1}", said))
    for index, step in enumerate(old.steps):
        if step.key not in new_keys:
            found.append((f"Step {index + 1} until now", [f"Removed: {_quoted(step)}"]))
    return [*((title, said) for title, said in found if said), *_other_changes(workspace, old, new)]


def in_words(workspace: Workspace, old: Definition, new: Definition) -> str:
    """:func:`changes` as one text; empty if there are none."""
    return " ".join(f"{title}: {' '.join(said)}" for title, said in changes(workspace, old, new))


def _new_step(
    workspace: Workspace, step: StepDefinition, index: int, definitions: Mapping[str, CustomField]
) -> list[str]:
    shown = describe_step(workspace, step, definitions)
    only_if = f", only if {shown['condition']}" if shown["condition"] else ""
    return [f"New, sent {wait_text(shown['delay'], is_first=index == 0).lower()}{only_if}: {_quoted(step)}"]


def _changed_step(
    workspace: Workspace, old: StepDefinition, new: StepDefinition, definitions: Mapping[str, CustomField]
) -> list[str]:
    before, after = (describe_step(workspace, step, definitions) for step in (old, new))
    said = []
    if old.text != new.text:  # both as a whole: they may differ in one character
        said.append(f"The text “{old.text}” becomes “{new.text}”.")
    if old.delay != new.delay:
        said.append(f"The wait before it is {after['delay'] or 'none'} instead of {before['delay'] or 'none'}.")
    if _for_whom(before) != _for_whom(after):
        said.append(f"It is sent {_for_whom(after)} instead of {_for_whom(before)}.")
    return said


def _for_whom(step: dict[str, Any]) -> str:
    if not step["condition"]:
        return "to everybody"
    others = "skip it" if step["if_not"] == "skip" else "leave the sequence"
    return f"only if {step['condition']} (all others {others})"


def _other_changes(workspace: Workspace, old: Definition, new: Definition) -> list[tuple[str, list[str]]]:
    before, after = (
        {"Name": each.name, "Time zone": each.time_zone} | dict(definition_facts(workspace, each))
        for each in (old, new)
    )
    return [
        (title, [f"{after.get(title, 'None')}. Until now: {before.get(title, 'None')}."])
        for title in {**before, **after}
        if before.get(title) != after.get(title)
    ]


def moves(sequence: Sequence, definition: Definition, people: dict[tuple[int, str], int]) -> list[dict[str, Any]]:
    """Where the people in the sequence are, by version and step, and where each group would go on in the new version.
    ``is_over`` says that nothing is left for them there."""
    numbers = {number for number, _ in people}
    versions = SequenceVersion.objects.for_workspace(sequence.workspace_id).filter(
        sequence=sequence, number__in=numbers
    )
    loaded = repository.load_versions(sequence.workspace_id, versions.values_list("pk", flat=True))
    olds = {version.number: version.definition for version in loaded.values()}
    rows = []
    for (number, key), count in people.items():
        old = olds[number]
        keys = [step.key for step in old.steps]
        index = keys.index(key) if key in keys else len(keys)
        following = progress.step_after_move(old, definition, key, set(keys[:index]))
        row = {
            "version": number,
            "is_older": number != sequence.version,
            "now": step_label(index, old.steps[index].text)
            if index < len(keys)
            else "Their last message is on its way",
            "people": count,
            "goes_on": step_label(definition.steps.index(following), following.text)
            if following
            else "Nothing: they are done",
            "is_over": following is None,
        }
        rows.append((number, index, row))
    return [row for _, _, row in sorted(rows, key=lambda each: each[:2])]


def choices(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """The answers to choose from: the value of ``PublishForm.people``, its title, and what it does to these people."""
    total, over = sum(row["people"] for row in rows), sum(row["people"] for row in rows if row["is_over"])
    who = f"The {total} people" if total > 1 else "The one person"
    if over == total:
        moved = "Nothing is left for them, so the sequence ends at once."
    else:
        is_over = f" For {over} of them nothing is left, and the sequence ends at once." if over else ""
        moved = (
            f"{who} go{pluralize(total, 'es,')} on as the table says.{is_over} A wait counts from the last message: if "
            "it is over already, the next message is sent as soon as the sending hours allow. Nobody gets a step "
            "twice, and a message that is on its way is sent as it is."
        )
    return [
        (
            "stay",
            "Leave them on the old steps",
            f"{who} in it now get{pluralize(total, 's,')} the old steps to the end, with the old texts and waits. Only "
            "people who are enrolled from now on get the new steps.",
        ),
        ("move", "Move them to the new steps", moved),
    ]


def _quoted(step: StepDefinition) -> str:
    return f"“{Truncator(step.text).chars(60)}”"
