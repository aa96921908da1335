"""The commands of README.md and of the guide run as they stand there, and the product answers what the pages show.

All pages run against one product, one after the other in the order in which they are read, and each in a shell of its
own. A page also works alone."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.product import Product, running_product
from tests.docs.pages import ROOT, blocks_to_run, pages, parse, stale_entries
from tests.docs.session import bash
from tests.servers import free_port

MISSING = [tool for tool in ("bash", "curl", "uuidgen") if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("docs")) as running:
        yield running


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with links to all that a clone of the repository has, in which commands may write files."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for each in ROOT.iterdir():
        if each.name not in (".git", ".data", ".venv"):
            (folder / each.name).symlink_to(each)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the command ``crmsolid``, as ``pip install ./sdk/python[cli]`` makes it."""
    program = tmp_path / "bin" / "crmsolid"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m crmsolid_client.cli "$@"\n')
    program.chmod(0o755)
    return program.parent


@pytest.mark.parametrize("page", [page for page in pages() if blocks_to_run(page)])
def test_the_commands_of_a_page_do_what_it_shows(page: str, product: Product, checkout: Path, programs: Path) -> None:
    url, receiver_port = f"http://127.0.0.1:{product.port}", str(free_port())
    environment = {
        **product.environment,
        "CRMSOLID_URL": url,
        "CRMSOLID_KEY": product.token,
        "PATH": f"{programs}:{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "sdk/python/src"),
    }
    with bash(checkout, environment) as session:
        for block in blocks_to_run(page):
            text = re.sub(r"http://(localhost|127\.0\.0\.1):8000", url, block.text)
            problem = session.check(block, re.sub(r"\b3000\b", receiver_port, text))
            assert not problem, problem
    assert [each.name for each in checkout.iterdir() if not each.is_symlink()] == [], "the page leaves files behind"


def test_every_block_that_is_not_run_exists() -> None:
    assert stale_entries() == []


@pytest.mark.parametrize("page", pages())
def test_every_block_is_marked_with_its_language(page: str) -> None:
    """So that no command is left out because its block is not marked ``sh``."""
    unclear = ("", "bash", "shell", "console", "zsh")
    assert [str(block) for block in parse(page, (ROOT / page).read_text()) if block.language in unclear] == []
