"""What the pages of sequences and enrollments share: texts and colours."""

from collections.abc import Iterable
from typing import Any

from contacts.durations import duration_text
from contacts.segments.conditions import describe, load_condition
from crmsolid.workspaces.models import Workspace
from sequences.definition import StepDefinition
from sequences.models import Step

SEQUENCE_COLOURS = {"draft": "", "active": "success", "paused": "warning"}
ENROLLMENT_COLOURS = {"active": "success", "paused": "warning", "completed": "info", "stopped": "", "failed": "danger"}


def describe_step(workspace: Workspace, step: StepDefinition) -> dict[str, Any]:
    """What a page shows of a step."""
    condition = "" if step.condition is None else describe(load_condition(workspace, step.condition))
    return {
        "key": step.key,
        "delay": duration_text(step.delay),
        "text": step.text,
        "condition": condition,
        "if_not": step.if_not,
    }


def step_names(workspace: Workspace | int, steps: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The names of steps, such as ``Step 2 · again``, by the id of their version and their key; with one query."""
    wanted = set(steps)
    rows = Step.objects.for_workspace(workspace).filter(
        version__in={version for version, _ in wanted}, key__in={key for _, key in wanted}
    )
    return {
        (version, key): f"Step {position + 1} · {key}"
        for version, key, position in rows.values_list("version_id", "key", "position")
    }
