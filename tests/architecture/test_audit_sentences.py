"""Every action that the code records in the audit log has a sentence. The actions are read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from crmsolid.workspaces.audit_sentences import KINDS, SENTENCES
from crmsolid.workspaces.panel_urls import panel_url
from tests.panel import PAGES

ROOT = Path(__file__).parents[2]
APPS = ("apikeys", "contacts", "crmsolid", "messaging", "sequences", "webhooks")
RECORDERS = ("record", "record_about_user", "record_all")
# Values of an action that are no text in the code: the states of an account that Telegram has ended.
STATES = ("needs_login", "banned")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def trees() -> list[ast.Module]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return [ast.parse(path.read_text()) for path in files]


def given(tree: ast.AST, function: Function, parameter: str) -> Iterator[str]:
    """What the calls of ``function`` in ``tree`` pass as ``parameter``."""
    names = [each.arg for each in function.args.args]
    place = names.index(parameter) - (names[0] == "self")
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name_of(call) == function.name and len(call.args) > place:
            yield from texts(call.args[place])


def texts(node: ast.expr) -> list[str]:
    """The texts that an expression may be: of ``"a" if … else "b"`` both, without those of its condition."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def actions(everything: list[ast.Module]) -> set[str]:
    """The actions that the code records."""
    found: set[str] = set()
    for tree in everything:
        for function in ast.walk(tree):
            if isinstance(function, Function):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and name_of(call) in RECORDERS and len(call.args) > 1:
                        found.update(possible(call.args[1], function, tree, everything))
    return {each for each in found if "." in each}


def possible(node: ast.expr, function: Function, tree: ast.AST, everything: list[ast.Module]) -> list[str]:
    if isinstance(node, ast.Name):
        if node.id not in [each.arg for each in function.args.args]:
            return []
        return [text for each in everything for text in given(each, function, node.id)]
    if isinstance(node, ast.JoinedStr) and isinstance(beginning := node.values[0], ast.Constant):
        end = node.values[1]
        assert isinstance(end, ast.FormattedValue) and isinstance(end.value, ast.Name)
        verbs = STATES if end.value.id == "state" else list(given(tree, function, end.value.id))
        assert verbs, f"nothing calls {function.name} with a text as {end.value.id}"
        return [f"{beginning.value!s}{verb}" for verb in verbs]
    return texts(node)


def of_model_forms() -> set[str]:
    """What ``TenantAdmin`` writes for pages whose services do not."""
    verbs = {"adders": "created", "changers": "changed", "deleters": "deleted"}
    pages = [page for page in PAGES if not page.services_audit]
    return {f"{page.opts.model_name}.{verb}" for page in pages for roles, verb in verbs.items() if getattr(page, roles)}


def test_every_recorded_action_has_a_sentence() -> None:
    recorded = actions(trees()) | of_model_forms()
    assert sorted(recorded - set(SENTENCES)) == []
    assert sorted(set(SENTENCES) - recorded) == []


def test_every_sentence_is_in_one_kind_of_the_filter() -> None:
    for action in SENTENCES:
        found = [kind for kind, (_, beginnings) in KINDS.items() if action.startswith(beginnings)]
        assert len(found) == 1, action


@pytest.mark.django_db
def test_the_names_and_the_page_of_every_thing_exist() -> None:
    for thing in {each.thing for each in SENTENCES.values() if each.thing is not None}:
        rows = apps.get_model(thing.model).objects.for_workspace(1)
        assert list(rows.values_list("pk", *thing.names)) == []
        assert not thing.page or panel_url(thing.page, "con_01ARZ3NDEKTSV4RRFFQ69G5FAV").startswith("/panel/live/")
