"""Gives the tasks to a model, and scores what it did. docs/mcp-evaluation.md says how to run it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.mcp.evaluation.player import Assistant
from tests.mcp.evaluation.workspace import NOW, Prepared, changes

MAX_TURNS = 25

# Gets what a model may know: ``instructions``, ``tools``, ``messages``. Says ``{"calls": [...]}`` or ``{"answer": …}``.
Model = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Score:
    """What is wrong with the work on a task (nothing: it passed), the answer, and the calls as (tool, refused)."""

    wrong: list[str]
    answer: str
    calls: list[tuple[str, bool]]


def work_on(task: dict[str, Any], workspace: Prepared, model: Model) -> Score:
    """Let the model do the task with the key that belongs to it."""
    assistant = Assistant(workspace.token_for(task))
    before = workspace.rows()
    today = f"It is {NOW:%A, %d %B %Y, %H:%M} UTC. Do what the user asks, then answer in a sentence or two."
    messages: list[dict[str, Any]] = [{"role": "user", "text": workspace.text_of(task)}]
    known = {"instructions": f"{assistant.instructions}\n{today}", "tools": list(assistant.tools.values())}
    answer = ""
    for _ in range(MAX_TURNS):
        said = model({**known, "messages": messages})
        if "answer" in said:
            answer = str(said["answer"])
            break
        messages.append({"role": "assistant", "calls": said["calls"]})
        messages.append({"role": "tool", "results": [_call(assistant, call) for call in said["calls"]]})
    calls = [(name, bool(result.get("isError"))) for name, _, result in assistant.calls]
    return Score(list(_faults(task, answer, changes(before, workspace.rows()), calls)), answer, calls)


def _call(assistant: Assistant, call: dict[str, Any]) -> dict[str, Any]:
    if call["name"] not in assistant.tools:
        return {"text": "there is no such tool", "is_error": True}
    result = assistant.call(call["name"], call["arguments"])
    return {"text": result["content"][0]["text"], "is_error": bool(result.get("isError"))}


def _faults(task: dict[str, Any], answer: str, changed: dict[str, int], calls: list[tuple[str, bool]]) -> Iterator[str]:
    if not answer:
        yield f"no answer after {MAX_TURNS} turns"
    for word in words(task):
        if not any(part.lower() in answer.lower() for part in word.split("|")):
            yield f"the answer lacks {word!r}"
    if changed != task.get("changes", {}):
        yield f"changed {changed}, not {task.get('changes', {})}"
    for name in {name for name, _ in calls} & set(task.get("forbidden", ())):
        yield f"called {name}"


def words(task: dict[str, Any]) -> list[str]:
    """What the answer to the person must contain; ``a|b`` is either. By default the values of the known answer."""
    given: list[str] | None = task.get("words")
    if given is not None:
        return given
    values = [value if isinstance(value, list) else [value] for value in task["answer"].values()]
    return [str(value) for part in values for value in part]
