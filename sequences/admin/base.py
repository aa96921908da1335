"""What the pages of sequences and enrollments share: texts and colours."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import Truncator, capfirst

from contacts.models import CustomField
from contacts.segments.conditions import describe, load_condition
from crmsolid.core.durations import duration_text
from crmsolid.workspaces.admin_columns import time_text
from crmsolid.workspaces.models import Workspace
from messaging.models import Account
from sequences.definition import Definition, StepDefinition
from sequences.forms import RESUME_MODES, account_label
from sequences.models import Step
from sequences.resuming import Forecast

SEQUENCE_COLOURS = {"draft": "", "active": "success", "paused": "warning"}
ENROLLMENT_COLOURS = {"active": "success", "paused": "warning", "completed": "info", "stopped": "", "failed": "danger"}


def describe_step(
    workspace: Workspace, step: StepDefinition, definitions: Mapping[str, CustomField] | None = None
) -> dict[str, Any]:
    """What a page shows of a step. ``definitions`` are those of ``definitions_of``, for who describes several steps."""
    condition = "" if step.condition is None else describe(load_condition(workspace, step.condition, definitions))
    return {
        "key": step.key,
        "delay": duration_text(step.delay),
        "text": step.text,
        "condition": condition,
        "if_not": step.if_not,
    }


def step_label(position: int, text: str, note: str = "") -> str:
    """The name of a step, such as ``Step 2: Hello again``, or ``Step 2 (removed): Hello again`` with a note."""
    return f"Step {position + 1}{note}: {Truncator(text).chars(40)}"


def step_names(workspace: Workspace | int, steps: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The names of steps by the id of their version and their key, with one query."""
    wanted = set(steps)
    rows = Step.objects.for_workspace(workspace).filter(
        version__in={version for version, _ in wanted}, key__in={key for _, key in wanted}
    )
    return {
        (version, key): step_label(position, text)
        for version, key, position, text in rows.values_list("version_id", "key", "position", "text")
    }


def step_labels(workspace: Workspace | int, sequence_id: str, note: str = "") -> dict[str, str]:
    """The names of all steps that the sequence has or had, by their keys, as in the latest version with the step."""
    steps = Step.objects.for_workspace(workspace).filter(version__sequence=sequence_id)
    labels: dict[str, str] = {}
    for key, position, text in steps.order_by("-version__number", "position").values_list("key", "position", "text"):
        labels.setdefault(key, step_label(position, text, note))
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
    hours = f"{', '.join(map(capfirst, window['days']))}, {window['from']} to {window['to']}" if window else "Always"
    rules = {"reply": "a reply"} | {rule: rule.replace(":", " ", 1) for rule in definition.stop_on if rule != "reply"}
    stops = [rules[rule] for rule in definition.stop_on]
    if "reply" in definition.stop_on and definition.ignore_auto_replies:
        stops[definition.stop_on.index("reply")] = "a reply that no machine wrote"
    facts = [
        ("Sends from", ", ".join(names[each] for each in definition.account_ids if each in names) or "No account yet"),
        ("Sends", f"{hours} (in the contact's time zone, else {definition.time_zone})" if window else hours),
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
