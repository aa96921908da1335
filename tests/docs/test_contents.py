"""The docs list every setting, command and dependency, and every path and link in them exists."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands

from crmsolid.analytics.tools import AnalyticsView
from crmsolid.docs.markdown import render
from crmsolid.docs.pages import OUTLINE
from crmsolid.docs.reference import by_status
from crmsolid.tools import TOOLS
from crmsolid.urls import v1
from messaging.files.tools import ShowFileView

ROOT = Path(settings.BASE_DIR)
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
SERVED = {entry for entries in OUTLINE.values() for entry in entries}
NOT_SERVED = [page for page in PAGES if str(page.relative_to(ROOT)) not in SERVED]


def read(name: str) -> str:
    return (ROOT / name).read_text()


def test_every_setting_is_documented() -> None:
    read_from = set(re.findall(r'(?:env\.\w+|env_\w+)\(\s*"(\w+)"', read("crmsolid/settings.py")))
    table = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", read("docs/running.md")))
    assert len(read_from) > 20
    assert read_from - table == set()


def test_every_dependency_is_explained() -> None:
    required = re.findall(r"^([a-z_-]+)", read("requirements.txt"), re.M)
    reasons = read("README.md").split("## What it stands on")[1].split("## ")[0].replace("with its sidecar", "")
    assert len(required) > 15
    assert [name for name in required if name.removesuffix("-") not in reasons] == []


def test_table_of_tools_is_that_of_the_code() -> None:
    views: list[Any] = list(reversed(v1))
    paths = {view.callback.cls: re.sub(r"<\w+:(\w+)>", r"{\1}", f"/v1/{view.pattern}") for view in views}
    paths[AnalyticsView] = "/v1/analytics/{report}"  # one tool for seven calls
    paths[ShowFileView] = "/v1/files/{file_id}"  # a tool answers with a block that is no JSON
    rows = []
    for tool in TOOLS[1:]:  # whoami is none of REST
        scopes = ", ".join(f"`{scope}`" for scope in tool.endpoint.scopes) or "any"
        rows.append(f"| `{tool.name}` | {scopes} | `{tool.method} {paths[tool.view]}` |")
    assert re.findall(r"^\| `\w+` \| .* \| `[A-Z]+ /v1/.*`.* \|$", read("docs/guide/mcp.md"), re.M)[1:] == rows


def test_table_of_error_codes_is_that_of_the_code() -> None:
    rows = [f"| {info.status} | `{code}` | {info.help} |" for code, info in by_status()]
    assert re.findall(r"^\| \d+ \| `\w+` \|.*$", read("docs/guide/errors.md"), re.M) == rows


def test_check_of_a_signature_in_node_is_that_of_the_example() -> None:
    block = re.findall(r"^```js\n(.+?)^```", read("docs/guide/webhooks.md"), re.M | re.S)[0]
    assert block in read("examples/webhook_receiver.js")


def test_client_configurations_are_json() -> None:
    blocks = re.findall(r"^```json\n(.+?)^```", read("docs/guide/mcp.md"), re.M | re.S)
    files = [json.loads(block) for block in blocks if 'ervers"' in block]
    servers = [file.get("mcpServers") or file["servers"] for file in files]
    assert len(servers) == 5
    assert all("http://127.0.0.1:8000/mcp" in json.dumps(each["crmsolid"]) for each in servers)


def test_every_management_command_is_documented() -> None:
    ours = {name for name, app in get_commands().items() if (ROOT / str(app).partition(".")[0]).is_dir()}
    table = set(re.findall(r"^\| `(\w+)", read("docs/running.md"), re.M))
    assert ours - table == {"write_openapi"}  # what `make openapi` runs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_and_linked_file_exists(page: Path) -> None:
    text = page.read_text()
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []
    paths = re.findall(r"`((?:[a-z_]+/)+[a-z_.]*)`", text)
    tops = {each.name for each in ROOT.iterdir()}
    is_past = page.name == "CHANGELOG.md"  # it names what is gone, too
    inside = [path for path in paths if path.split("/")[0] in tops and not is_past]
    assert [path for path in inside if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", NOT_SERVED, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_linked_heading_exists(page: Path) -> None:
    """For the other pages, tests/docs_site/test_pages.py follows the links that a browser gets."""
    for link in re.findall(r"\]\(([^)]*#[^)]+)\)", page.read_text()):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = render((page.parent / name if name else page).read_text(), link=str, image=str)
        assert anchor in {heading.anchor for heading in target.headings}, link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_is_in_the_file_that_it_is_said_to_be_in(page: Path) -> None:
    """What is written as "`name` in `file.py`" or "`name` of `file.py`"."""
    said = re.findall(r"`(\w+)`\s+(?:in|of)\s+`([\w/]+/\w+\.py)`", page.read_text())
    ours = [(name, file) for name, file in said if (ROOT / file.partition("/")[0]).exists()]
    assert [f"{name} in {file}" for name, file in ours if not re.search(rf"\b{name}\b", read(file))] == []


def test_every_function_of_where_is_it_exists() -> None:
    rows = re.findall(r"^\| .+\? \| `([\w/.]+)` \| (.+) \|$", read("docs/development.md"), re.M)
    assert len(rows) > 10
    for file, names in rows:
        for name in re.findall(r"`(\w+)`", names):
            defined = re.search(rf"^(def |class |){name}\b", read(file), re.M) is not None
            assert defined, f"{name} in {file}"
