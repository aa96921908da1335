"""The texts and colours of the pages of sequences, and what publishing a changed one says to whoever is in it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.template.defaultfilters import pluralize
from django.utils.text import Truncator, capfirst

from contacts.models import CustomField
from contacts.segments.conditions import definitions_of, describe, load_condition
from crmsolid.core.periods import duration_text
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import time_text
from crmsolid.workspaces.models import Workspace
from messaging.models import Account, Format
from messaging.panel.composing import OWN_FIELDS, field_labels, with_fields_marked, with_fields_named, with_small_files
from messaging.panel.formatted import html_of
from messaging.panel.media import Shown, kept_files
from messaging.stats import Outcomes
from sequences.definition import Definition, StepDefinition
from sequences.models import OPEN, EnrollmentStatus, Reason, Sequence, Step
from sequences.panel.forms import RESUME_MODES, account_label
from sequences.running import progress
from sequences.running.rehearsal import TOO_LONG, TimelineEntry
from sequences.running.resuming import Forecast
from sequences.stats import PeopleAt
from sequences.versions import definitions_by_number

SEQUENCE_COLOURS = {"draft": "", "active": "success", "paused": "warning"}
ENROLLMENT_COLOURS = {"active": "success", "paused": "warning", "completed": "info", "stopped": "", "failed": "danger"}
PEOPLE = "sequences_enrollment_changelist"
# The choice of the status filter of enrollments for all that are open.
IN_IT = "open"
# The choice of its filter by reason for those that have none.
NO_REASON = "none"

# The colours and words for what happens in a rehearsal.
PLAYED = {
    "sent": ("success", "Sent"),
    "not_sent": ("danger", "Not sent"),
    "skipped": ("", "Left out"),
    "waits": ("", "Waits"),
    "reply": ("info", "They reply"),
    "auto_reply": ("info", "A machine replies"),
    "completed": ("success", "Completed"),
    "stopped": ("warning", "Stopped"),
    "failed": ("danger", "Failed"),
    "unfinished": ("warning", "Goes no further"),
}


def describe_step(
    workspace: Workspace, step: StepDefinition, definitions: Mapping[str, CustomField] | None = None
) -> dict[str, Any]:
    """What a page shows of a step. ``definitions`` are those of ``definitions_of``, for who describes several steps."""
    condition = "" if step.condition is None else describe(load_condition(workspace, step.condition, definitions))
    return {
        "key": step.key,
        "delay": duration_text(step.delay),
        "text": step.text,
        "format": step.format,
        "condition": condition,
        "if_not": step.if_not,
    }


def step_label(position: int, step: Step | StepDefinition, fields: Mapping[str, str], note: str = "") -> str:
    """The name of a step, such as ``Step 2: Hello again``, or ``Step 2 (removed): Hello again`` with a note.
    ``fields``: as :func:`field_labels`."""
    return f"Step {position + 1}{note}: {Truncator(with_fields_named(step.text, fields, step.format)).chars(40)}"


def steps_by_key(workspace: Workspace | int, steps: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Step]:
    """These steps by the id of their version and their key, with one query."""
    wanted = set(steps)
    rows = Step.objects.for_workspace(workspace).filter(
        version__in={version for version, _ in wanted}, key__in={key for _, key in wanted}
    )
    return {(step.version_id, step.key): step for step in rows}


def step_labels(workspace: Workspace | int, sequence_id: str, note: str = "") -> dict[str, str]:
    """The names of all steps that the sequence has or had, by their keys, as in the latest version with the step."""
    steps = Step.objects.for_workspace(workspace).filter(version__sequence=sequence_id)
    fields, labels = field_labels(workspace), dict[str, str]()
    for step in steps.order_by("-version__number", "position").only("key", "position", "text", "format"):
        labels.setdefault(step.key, step_label(step.position, step, fields, note))
    return labels


def wait_text(delay: str, *, is_first: bool) -> str:
    """What stands between two steps."""
    if is_first:
        return f"{delay} after the enrollment" if delay else "At once"
    return f"{delay} later" if delay else "Right after the step before"


def definition_facts(workspace: Workspace, definition: Definition) -> list[tuple[str, str]]:
    """What a sequence says besides its name and steps, as pairs of a title and a text."""
    accounts = Account.objects.for_workspace(workspace).filter(pk__in=definition.account_ids)
    names = {each.pk: account_label(each) for each in accounts}
    window = definition.as_json()["window"]
    hours = "Always"
    if window:
        hours = f"{', '.join(map(capfirst, window['days']))}, {window['from']} to {window['to']}"
        hours += f" (in the contact's time zone, else {definition.time_zone})"
    reply = "a reply that no machine wrote" if definition.ignore_auto_replies else "a reply"
    stops = [reply if rule == "reply" else rule.replace(":", " ", 1) for rule in definition.stop_on]
    facts = [
        ("Sends from", ", ".join(names[each] for each in definition.account_ids if each in names) or "No account yet"),
        ("Sends", hours),
        ("Stops at", capfirst(", ".join(stops)) or "Nothing"),
    ]
    if definition.jitter:
        facts.insert(2, ("Random extra delay", f"Up to {duration_text(definition.jitter)}"))
    if definition.pass_on:
        facts.append(("If an account cannot send", "Contacts who were not written to yet go to another account"))
    return facts


def resume_choices(forecasts: Iterable[Forecast]) -> list[tuple[str, str, str, str]]:
    """The ways to resume: the mode, its title, what it does, and what would happen now."""
    return [(each.mode.value, *RESUME_MODES[each.mode], _outlook(each)) for each in forecasts]


def _outlook(forecast: Forecast) -> str:
    """For how many the wait is over, and when their messages are sent."""
    if forecast.first_at is None:
        return "Nobody waits for a message now."
    first, last = time_text(forecast.first_at), time_text(forecast.last_at)
    when = f"at about {first}" if first == last else f"the first at about {first}, the last at about {last}"
    if forecast.waiting == 1:
        return f"One person waits and gets the next message {when}."
    over = {0: "none", forecast.waiting: "all"}.get(forecast.due, forecast.due)
    return f"{forecast.waiting} people wait; the wait of {over} of them is over. Their next messages: {when}."


# --- One sequence -----------------------------------------------------------------------------------------------------
def people_address(sequence: Sequence, **query: str) -> str:
    """The list of the enrollments of the sequence."""
    return panel_url(PEOPLE, query={"sequence__id__exact": sequence.pk, **query})


def step_figures(
    sequence: Sequence, groups: Iterable[PeopleAt], outcomes: Mapping[str, Outcomes]
) -> dict[str, list[dict[str, Any]]]:
    """What came of the messages of each step, and who is there now, by its key; what is zero is left out. ``address``
    is the list of whom a figure counts."""
    here = Counter[str]()
    for group in groups:
        if group.status in OPEN:
            here[group.step_key] += group.number
    return {key: _figures(sequence, key, here[key], outcomes.get(key, Outcomes())) for key in {*here, *outcomes}}


def _figures(sequence: Sequence, key: str, here: int, came: Outcomes) -> list[dict[str, Any]]:
    replied = f"{came.replied / came.sent:.0%}" if came.sent else ""
    figures = [
        ("sent", came.sent, f"{came.sent:,}", {"outcome": "sent"}),
        ("replied", came.replied, replied, {"outcome": "replied"}),
        ("failed", came.failed, f"{came.failed:,}", {"outcome": "failed"}),
        ("opted out", came.opted_out, f"{came.opted_out:,}", {"outcome": "opted_out"}),
        ("here now", here, f"{here:,}", {"status": IN_IT}),
    ]
    return [
        {"title": title, "number": number, "shown": shown, "address": people_address(sequence, step=key, **query)}
        for title, number, shown, query in figures
        if number
    ]


def shown_steps(
    workspace: Workspace, definition: Definition, figures: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """The steps to read, with their ``figures``."""
    definitions = definitions_of(workspace)
    labels = OWN_FIELDS | {key: field.label for key, field in definitions.items()}
    files, shown = kept_files(workspace, definition.attachments), []
    for number, step in enumerate(definition.steps, 1):
        described = describe_step(workspace, step, definitions)
        shown.append(
            {
                **described,
                "number": number,
                "marked": with_small_files(with_fields_marked(step.text, labels, step.format), step.attachments, files),
                "wait": wait_text(described["delay"], is_first=number == 1),
                "figures": figures.get(step.key, []),
            }
        )
    return shown


def shown_groups(sequence: Sequence, definition: Definition, groups: list[PeopleAt]) -> list[dict[str, Any]]:
    """Who stands where and why, in the order of the steps; those who have ended come last."""
    numbers = {step.key: number for number, step in enumerate(definition.steps, 1)}
    names = {"": "After the last step"} | {key: f"Step {number}" for key, number in numbers.items()}
    if any(group.step_key not in names for group in groups):
        names = step_labels(sequence.workspace_id, sequence.pk, " (removed)") | names

    def order(group: PeopleAt) -> tuple[bool, int, str, str]:
        return group.status not in OPEN, numbers.get(group.step_key, 99), group.status, group.reason or ""

    rows = []
    for group in sorted(groups, key=order):
        query = {"status": group.status, "step": group.step_key, "reason": group.reason or NO_REASON}
        if group.status == EnrollmentStatus.ACTIVE and group.reason is None:
            reason = "A message is on its way"
        else:
            reason = Reason(group.reason).label if group.reason else ""
        rows.append(
            {
                "step": names[group.step_key],
                "label": {
                    "type": ENROLLMENT_COLOURS[group.status],
                    "text": EnrollmentStatus(group.status).label,
                },
                "reason": reason,
                "number": group.number,
                "address": people_address(sequence, **{name: value for name, value in query.items() if value}),
            }
        )
    return rows


# --- A rehearsal ------------------------------------------------------------------------------------------------------
def played(entry: TimelineEntry, definition: Definition, files: Mapping[str, Shown]) -> dict[str, Any]:
    """What the page shows of a moment of a rehearsal. ``files`` are those of all steps."""
    colour, words = PLAYED[entry.event]
    step = definition.step(entry.step or "")
    reason = ""
    if entry.reason:
        known = {**dict(Reason.choices), TOO_LONG: "It took too long, so the rest was not played"}
        reason = capfirst(known.get(entry.reason, entry.reason.replace("_", " ")))
    if entry.event == "waits":  # which the label says
        reason = "" if entry.reason == Reason.DELAY else reason.removeprefix("Waits ")
    ids = step.attachments if step and entry.event == "sent" else ()
    return {
        "at": entry.at,
        "label": {"type": colour, "text": words},
        "step": f"Step {definition.steps.index(step) + 1}" if step else "",
        "reason": reason,
        "until": entry.until,
        "text": with_small_files(html_of(entry.text or "", entry.entities), ids, files),
        "is_reply": entry.event in ("reply", "auto_reply"),
    }


# --- Publishing -------------------------------------------------------------------------------------------------------
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
    if old.format != new.format:
        said.append(f"The text is written in {Format(new.format).label} instead of {Format(old.format).label}.")
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
    olds = definitions_by_number(sequence, {number for number, _ in people})
    fields, rows = field_labels(sequence.workspace_id), []
    for (number, key), count in people.items():
        old = olds[number]
        keys = [step.key for step in old.steps]
        index = keys.index(key) if key in keys else len(keys)
        following = progress.step_after_move(old, definition, key, set(keys[:index]))
        row = {
            "version": number,
            "is_older": number != sequence.version,
            "now": step_label(index, old.steps[index], fields)
            if index < len(keys)
            else "Their last message is on its way",
            "people": count,
            "goes_on": step_label(definition.steps.index(following), following, fields)
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


def titles(sequence: Sequence | None, title: str) -> dict[str, Any]:
    """What the template of each page about a sequence, or about a new one, needs."""
    return {"title": title, "page_label": title, "original": sequence, "sequence": sequence}
