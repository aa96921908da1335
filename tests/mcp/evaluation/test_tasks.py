"""Every task can be done with what /mcp itself says, and does exactly what was asked."""

from typing import Any

import pytest

from crmsolid.workspaces.actor import Scope
from tests.mcp.evaluation.player import TASKS, TEN_TASKS, Assistant, Player
from tests.mcp.evaluation.workspace import Prepared, changes


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task["id"])
def test_task_is_done_with_what_the_tools_say(workspace: Prepared, task: dict[str, Any]) -> None:
    assistant = Assistant(workspace.token_for(task))
    player = Player(assistant, workspace.text_of(task), workspace.pasted)
    before = workspace.rows()
    for step in task["steps"]:
        player.play(step)
    found = {reference: player.read(reference) for reference in task["answer"]}
    assert {name: _in_order(value) for name, value in found.items()} == task["answer"]
    assert changes(before, workspace.rows()) == task.get("changes", {})
    assert {name for name, _, _ in assistant.calls} & set(task.get("forbidden", ())) == set()


def _in_order(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def test_every_tool_has_a_task(workspace: Prepared) -> None:
    offered = set(Assistant(workspace.token(scope.value for scope in Scope)).tools)
    assert offered == {step["call"] for task in [*TASKS, *TEN_TASKS] for step in task["steps"]}
