"""The recipes of docs/development.md, carried out on a copy of the repository, make what they say."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from tests.docs.recipes import PAGE, carry_out, copy_of_repository, parse, run
from tests.migrated import create_migrated_database
from tests.plugins.services import CHECKOUT
from tests.sdk.dotnet.projects import ENVIRONMENT, dotnet_in
from tests.servers import clean_environment, drop_database

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(any(shutil.which(tool) is None for tool in ("bash", "git", "make")), reason="not installed"),
]

BLOCKS = parse(PAGE.read_text())
# The database with which the copy begins: migrating from nothing takes longer than all tests of the recipes.
STATE_BEFORE = f"crmsolid_recipes_{CHECKOUT}"
# What is run in the copy besides the tests that the recipes add. Of long tables, only the rows of the recipes.
TESTS = [
    "tests/docs/recipe_checks.py",
    "tests/docs/test_contents.py",
    "tests/docs/test_image.py",
    "tests/architecture/test_imports.py",
    "tests/architecture/test_authority.py::test_every_service_has_a_row",
    "tests/architecture/test_authority.py::test_only_those_who_may_can_call_it[contacts.services.count_stages]",
    "tests/architecture/test_authority.py::test_only_those_who_may_can_call_it[contacts.duplicates.services.shared_phones]",
    "tests/architecture/test_migrations.py::test_unreleased_migrations_let_the_version_before_go_on",
    "tests/architecture/test_audit_sentences.py::test_every_recorded_action_has_a_sentence",
    "tests/architecture/test_audit_sentences.py::test_every_sentence_is_in_one_kind_of_the_filter",
    "tests/architecture/test_audit_sentences.py::test_the_names_and_the_page_of_every_thing_exist",
    "tests/architecture/test_audit_sentences.py::test_the_examples_have_every_action_with_data_and_each_of_its_keys",
    "tests/architecture/test_audit_sentences.py::test_no_action_shows_a_raw_value[call.deleted]",
    "tests/architecture/test_list_indexes.py",
    "tests/architecture/test_redundant_indexes.py",
    "tests/architecture/test_access.py::test_every_page_is_in_the_table",
    "tests/architecture/test_access.py::test_every_action_of_a_list_is_in_the_table",
    "tests/architecture/test_access.py::test_members_can_do_what_the_table_says[viewer-live-False]",
    "tests/architecture/test_tenancy.py::test_every_model_has_a_page_based_on_tenant_admin",
    "tests/architecture/test_tenancy.py::test_no_page_shows_rows_of_another_workspace[zebraours-viewer]",
    "tests/webhooks/test_event_schemas.py",
    "tests/contacts/test_upsert.py",
    "tests/contacts/test_export.py",
    "tests/contacts/test_contact.py",
    "tests/contacts/test_query_counts.py",
    "tests/contacts/segments/test_builder.py",
    "tests/sdk/test_surface.py",
]


@dataclass(frozen=True, slots=True)
class Copy:
    folder: Path
    environment: Mapping[str, str]

    def succeeds(self, *command: str, **settings: str) -> str:
        """What the command prints, which must succeed."""
        ended = run([*command], self.folder, {**self.environment, **settings})
        assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout[-10_000:]}{ended.stderr[-5_000:]}"
        return ended.stdout

    def fails(self, *command: str, **settings: str) -> str:
        ended = run([*command], self.folder, {**self.environment, **settings})
        assert ended.returncode != 0, ended.stdout
        return ended.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy of the repository in which every recipe has been carried out, one after the other."""
    folder = tmp_path_factory.mktemp("recipes")
    copy_of_repository(folder / "copy")
    (folder / "tmp").mkdir()
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    create_migrated_database(server, STATE_BEFORE)
    environment = {
        **clean_environment(),
        "PATH": f"{folder / 'copy/.venv/bin'}:{os.environ['PATH']}",
        "CRMSOLID_DATA": str(folder / "data"),
        "TMPDIR": str(folder / "tmp"),
        "TEST_DATABASE_URL": f"{server}/{STATE_BEFORE}_copy",
        "TEST_MIGRATED_FROM": STATE_BEFORE,
    }
    copy = Copy(folder / "copy", environment)
    for block in BLOCKS:
        carry_out(block, copy.folder, environment)
    copy.succeeds("make", "-o", ".venv/.ready", "openapi", "sdk")  # -o: the virtual environment is that of this process
    yield copy
    templates = f"crmsolid_migrated_{sha256(str(copy.folder).encode()).hexdigest()[:8]}_"
    with psycopg.connect(f"{server}/postgres") as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [templates])
        left = [name for (name,) in found]
    for name in (*left, STATE_BEFORE):
        drop_database(server, name)
    shutil.rmtree(folder)


def test_what_the_recipes_make_passes_the_tests(made: Copy) -> None:
    added = [block.text.split("\n")[0].removeprefix("# ") for block in BLOCKS if block.text.startswith("# tests/")]
    assert [name.rpartition("/")[2] for name in added] == [
        *("test_stage_counts.py", "test_job_titles.py"),
        *("test_duplicates.py", "test_letters.py"),
    ]
    made.succeeds("python", "-m", "pytest", *added, *TESTS)


def test_what_the_recipes_add_to_the_dotnet_client_compiles_and_is_called(made: Copy, tmp_path: Path) -> None:
    dotnet_in(tmp_path / "dotnet")  # or skip
    tests = ("test", "sdk/dotnet/tests/CrmSolid.Client.Tests", "-p:TargetFrameworks=net10.0")
    chosen = "FullyQualifiedName~.ContractTests.|FullyQualifiedName~.ResourceTests."
    made.succeeds("dotnet", *tests, "--filter", chosen, **ENVIRONMENT)


def test_what_the_recipes_make_is_formatted_and_its_migrations_are_complete(made: Copy) -> None:
    made.succeeds("ruff", "check", "--select", "I", "--fix", ".")  # the order of imports, which the recipes leave open
    made.succeeds("ruff", "check", ".")
    made.succeeds("ruff", "format", "--check", ".")
    made.succeeds("python", "manage.py", "makemigrations", "--check", "--dry-run")


def test_setting_of_the_recipe_is_read_and_a_wrong_value_refused(made: Copy) -> None:
    code = "from django.conf import settings; print(settings.SIGN_INS_PER_MINUTE)"
    show = ("python", "manage.py", "shell", "-v", "0", "-c", code)
    assert made.succeeds(*show).strip() == "10"
    assert made.succeeds(*show, CRMSOLID_SIGN_INS_PER_MINUTE="25").strip() == "25"
    assert re.search("CRMSOLID_SIGN_INS_PER_MINUTE.*0", made.fails(*show, CRMSOLID_SIGN_INS_PER_MINUTE="0"))
