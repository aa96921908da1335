"""The player refuses what an assistant could not have known, so that a task which passes proves something."""

from typing import Any

import pytest

from tests.mcp.evaluation.player import Assistant, Player
from tests.mcp.evaluation.workspace import Prepared

FIND = {"call": "list_contacts", "arguments": {"search": "Anna"}, "as": "found"}
WRONG = {"call": "list_contacts", "arguments": {"query": "Anna"}, "wrong": True, "refused": "validation_failed"}


@pytest.fixture
def player(workspace: Prepared) -> Player:
    return Player(Assistant(workspace.token(["read:contacts", "write:contacts"])), "Find Anna.", workspace.pasted)


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ([{"call": "list_contacts", "arguments": {"search": "Grace"}}], "nobody has said search"),
        ([{"call": "get_contact", "arguments": {"contact_id": "con_1"}}], "nobody has said contact_id"),
        ([{"call": "list_contacts", "arguments": {"query": "Anna"}}], "Additional properties"),
        ([{"call": "list_contacts", "arguments": {"search": "Anna"}, "wrong": True}], "Anna"),
        ([WRONG, {"call": "list_contacts", "arguments": {"tag": ["Grace"]}, "mends": True}], "nobody has said tag"),
        ([WRONG, {"call": "list_contacts", "arguments": {"stage": "won"}, "mends": True}], "nobody has said stage"),
        ([{**FIND, "says": ["no such words"]}], "is not in"),
        ([{**FIND, "refused": "not_found"}], "Anna"),
        ([{"call": "list_contacts", "absent": True}], "list_contacts"),
    ],
)
def test_step_fails(player: Player, steps: list[dict[str, Any]], complaint: str) -> None:
    for step in steps[:-1]:
        player.play(step)
    with pytest.raises(AssertionError, match=complaint):
        player.play(steps[-1])


def test_id_of_an_earlier_answer_is_known(player: Player) -> None:
    player.play(FIND)
    contact_id = player.read("$found.data[name=Anna Petrova].id")
    player.play({"call": "get_contact", "arguments": {"contact_id": contact_id}, "as": "anna"})
    assert player.read("$anna.email") == "anna@northwind.example"
