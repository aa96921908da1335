"""Ten tasks of an ordinary morning, in one conversation: how many calls they take."""

from datetime import timedelta
from typing import Any

from crmsolid.core import clock
from crmsolid.jobs import runner
from crmsolid.workspaces.actor import Scope
from tests.mcp.evaluation.player import TEN_TASKS, Assistant, Player
from tests.mcp.evaluation.workspace import NOW, Prepared, changes
from tests.tenants import Api

MAX_CALLS = 14
IMPORT = b"username,email\nnora_new,nora@example.com\n,no address\nomar_new,omar@example.com\n"


def test_ten_tasks_take_few_calls(workspace: Prepared) -> None:
    token = workspace.token(scope.value for scope in Scope)
    with clock.simulated(NOW + timedelta(days=2)):
        assert Api(token).post("/v1/contacts/import", IMPORT, Content_Type="text/csv").status_code == 202
        _work()
        assistant, before = Assistant(token), workspace.rows()
        player = Player(assistant, "", workspace.pasted)
        for task in TEN_TASKS:
            player.task += task["task"]
            for step in task["steps"]:
                player.play(step)
            found = {reference: player.read(reference) for reference in task["answer"]}
            in_order = {name: _in_order(value) for name, value in found.items()}
            assert in_order == {name: player.read(value) for name, value in task["answer"].items()}, task["task"]
        changed = changes(before, workspace.rows())
    assert len(TEN_TASKS) == 10
    assert len(assistant.calls) <= MAX_CALLS
    assert changed == {"segments created": 1, "messages created": 1, "threads created": 1, "threads changed": 1}


def _in_order(value: Any) -> Any:
    return sorted(each or "" for each in value) if isinstance(value, list) else value


def _work() -> None:
    while runner.run_due():
        pass
