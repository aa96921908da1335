"""Plays a task over /mcp without a model: the tools are given, the arguments are not.

A step of a task names the tool. Each argument is either said by the person (a literal) or read from an earlier answer
(a reference, such as ``$people.data[username=anna_petrova].id``). The player refuses what a model could not have known:
an argument that the input schema does not have, an id or cursor that no answer had, a word that nobody said.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

VERSION = "2026-07-28"
TASKS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("tasks.json").read_text())
TEN_TASKS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("ten_tasks.json").read_text())

_SEGMENT = re.compile(r"([\w-]*)(?:\[([^\]]*)\])?")


class Assistant:
    """A client of /mcp with a key. It remembers every call that it made (``calls``) as name, arguments, result."""

    def __init__(self, token: str, client: Client | None = None) -> None:
        self._client = client or Client(raise_request_exception=False, SERVER_NAME="localhost")
        self._token = token
        self.calls: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.instructions: str = self._request("server/discover")["instructions"]
        self.tools: dict[str, dict[str, Any]] = {tool["name"]: tool for tool in self._request("tools/list")["tools"]}

    def call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The result of a tool. What it answers is checked against its output schema."""
        result = self._request("tools/call", {"name": name, "arguments": arguments})
        self.calls.append((name, arguments, result))
        if name in self.tools:  # a client does so with errors too
            Draft202012Validator(self.tools[name]["outputSchema"]).validate(result["structuredContent"])
        if not result.get("isError"):
            # Before it may stand a sentence.
            assert json.loads(result["content"][0]["text"].rpartition("\n")[2]) == result["structuredContent"]
        return result

    def _request(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        meta = {
            "io.modelcontextprotocol/protocolVersion": VERSION,
            "io.modelcontextprotocol/clientInfo": {"name": "evaluation", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
            "MCP-Protocol-Version": VERSION,
            "Mcp-Method": method,
            **({"Mcp-Name": params["name"]} if params else {}),
        }
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**(params or {}), "_meta": meta}}
        response = self._client.post("/mcp", json.dumps(message), content_type="application/json", headers=headers)
        answer = json.loads(response.content)
        assert "result" in answer, f"{method} {params}: {response.status_code} {answer}"
        result: dict[str, Any] = answer["result"]
        return result


@dataclass
class Player:
    """Plays the steps of one task. ``pasted`` are the ids that the person gives, by the names that the task has for
    them; ``answers`` are the structured contents of the steps, by theirs."""

    assistant: Assistant
    task: str
    pasted: dict[str, str]
    answers: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def play(self, step: dict[str, Any]) -> None:
        """One step: a call, with the pages after it if it says so, and what is expected of its answer."""
        name = step["call"]
        if step.get("absent"):
            assert name not in self.assistant.tools, f"{name} is listed"
            return
        tool = self.assistant.tools[name]
        if "for_each" in step:
            wanted = self.read(step["for_each"])
            self.answers[step["as"]] = {"data": [self._call(tool, step, each)["structuredContent"] for each in wanted]}
            return
        result = self._call(tool, step)
        self.answers[step.get("as", name)] = result["structuredContent"]
        while step.get("to_the_end") and result["structuredContent"]["next_cursor"]:
            earlier = self.answers[step["as"]]["data"]
            cursor = result["structuredContent"]["next_cursor"]
            result = self._call(tool, {**step, "arguments": {**step.get("arguments", {}), "cursor": cursor}})
            self.answers[step["as"]] = {"data": earlier + result["structuredContent"]["data"]}

    def _call(self, tool: dict[str, Any], step: dict[str, Any], each: Any = None) -> dict[str, Any]:
        given = step.get("arguments", {})
        arguments = {name: each if value == "$each" else self.read(value) for name, value in given.items()}
        if "idempotency_key" in tool["inputSchema"]["properties"]:
            label = step.get("retry_of", step.get("as", tool["name"]))
            arguments["idempotency_key"] = self.keys.setdefault(label, str(uuid.uuid4()))
        self._check_arguments(tool, step, arguments)
        result = self.assistant.call(tool["name"], arguments)
        self._check_result(step, result)
        return result

    # --- what the player may know -----------------------------------------------------------------------------
    def _check_arguments(self, tool: dict[str, Any], step: dict[str, Any], arguments: dict[str, Any]) -> None:
        schema = tool["inputSchema"]
        errors = [error.message for error in Draft202012Validator(schema).iter_errors(arguments)]
        assert bool(errors) == bool(step.get("wrong")), f"{arguments}: {errors}"
        known = self._known(tool, step)
        for name, value in arguments.items():
            if step.get("mends"):
                assert name in self.assistant.calls[-1][1] or name in known["error"], f"the error does not name {name}"
            if name != "idempotency_key":
                unknown = [part for part in _scalars(value) if not self._is_known(name, part, known)]
                assert not unknown, f"nobody has said {name}={unknown}"

    def _known(self, tool: dict[str, Any], step: dict[str, Any]) -> dict[str, str]:
        """What may be said, by where it comes from. A step that mends another has only its error."""
        last = self.assistant.calls[-1][2] if self.assistant.calls else {}
        error = last["content"][0]["text"] if last.get("isError") else ""
        said = " ".join([self.task, *step.get("understood", [])])
        if step.get("mends"):
            ids = {"answers": json.dumps([arguments for _, arguments, _ in self.assistant.calls])}
            return {"error": error, "said": said, **ids}
        answers = json.dumps([result for _, _, result in self.assistant.calls], ensure_ascii=False)
        return {"error": error, "said": said, "answers": answers, "schema": self._schema(tool)}

    def _schema(self, tool: dict[str, Any]) -> str:
        """What the tool takes, and the tools that its descriptions refer to."""
        own = json.dumps(tool["inputSchema"])
        others = set(re.findall(r"As in (\w+)", own))
        return own + "".join(json.dumps(self.assistant.tools[name]["inputSchema"]) for name in sorted(others))

    def _is_known(self, name: str, value: Any, known: dict[str, str]) -> bool:
        if isinstance(value, bool) or name == "limit":
            return True
        text = value if isinstance(value, str) else json.dumps(value)
        sources = ("said", "answers") if name == "cursor" or name.endswith("_id") else known
        return any(text in known[source] for source in sources)

    def _check_result(self, step: dict[str, Any], result: dict[str, Any]) -> None:
        refused = result["structuredContent"]["code"] if result.get("isError") else None
        assert refused == step.get("refused"), result["content"][0]["text"]
        text = result["content"][0]["text"]
        for words in step.get("says", []):
            assert words in text, f"{words!r} is not in: {text}"
        replayed = result.get("_meta", {}).get("crmsolid/idempotency-replayed", False)
        assert replayed is ("retry_of" in step)

    # --- references -------------------------------------------------------------------------------------------
    def read(self, value: Any) -> Any:
        """The value that a reference stands for, or the value itself.

        ``$people.data[name=Anna].id`` is the id of the one row with that name, ``$people.data[].id`` the ids of all,
        ``$people.data[#]`` their number.
        """
        if isinstance(value, dict):
            return {name: self.read(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self.read(part) for part in value]
        if not isinstance(value, str):
            return value
        if not value.startswith("$"):
            return self.pasted.get(value.strip("{}"), value)
        step, *segments = re.split(r"\.(?![^\[]*\])", value[1:])
        return _follow(self.answers[step], segments)


def _follow(value: Any, segments: list[str]) -> Any:
    for position, segment in enumerate(segments):
        match = _SEGMENT.fullmatch(segment)
        assert match is not None, segment
        name, selector = match.groups()
        value = value[name]
        if selector == "#":
            return len(value)
        if selector == "":
            return [_follow(row, segments[position + 1 :]) for row in value]
        if selector is not None and selector.isdigit():
            value = value[int(selector)]
        elif selector is not None:
            column, _, wanted = selector.partition("=")
            (value,) = [row for row in value if str(reduce(getitem, column.split("."), row)) == wanted]
    return value


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _scalars(part)
    elif isinstance(value, list):
        for part in value:
            yield from _scalars(part)
    elif value is not None:
        yield value
