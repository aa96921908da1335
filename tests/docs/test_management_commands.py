"""The management commands in the pages for operators work as they stand there. (docs/deployment.md has its own tests,
and the guide's are run with the rest of its commands.)"""

import io
import re
import shlex
from pathlib import Path

import pytest
from django.core.management import call_command

from crmsolid.workspaces.models import User
from crmsolid.workspaces.services import create_workspace
from tests.docs.pages import ROOT


def commands(page: str) -> list[str]:
    return re.findall(r"^\.venv/bin/python manage\.py (.+)$", (ROOT / page).read_text(), re.M)


@pytest.mark.parametrize(("page", "count"), [("docs/running.md", 3), ("docs/privacy.md", 3)])
@pytest.mark.django_db(transaction=True)
def test_management_commands_of_a_page_work(
    page: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_workspace(slug="demo", name="Demo", owner=User.objects.create_user("owner@example.com", None))
    monkeypatch.chdir(tmp_path)
    assert len(commands(page)) == count
    for command in commands(page):
        line, _, file = command.partition(" > ")
        output = io.StringIO()
        call_command(*shlex.split(line), stdout=output)
        if file:
            (tmp_path / file).write_text(output.getvalue())


def test_every_management_command_of_the_docs_is_run_by_a_test() -> None:
    others = [str(file.relative_to(ROOT)) for file in (ROOT / "docs").glob("*.md") if commands(str(file))]
    assert sorted(others) == ["docs/privacy.md", "docs/running.md"]
