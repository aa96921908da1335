"""A copy of the product that is one version ahead: its migrations add a column to contacts and one to messages, each
with an index, and its code writes them. It has one more periodic task, too."""

import shutil
from pathlib import Path

from django.db.migrations.loader import MigrationLoader

from tests.migrated import APPS, ROOT

# What the next version writes into the column. The version before leaves it NULL.
MARK = "next"
TASK = "messaging.next"
COLUMN = '    written_by = models.CharField(max_length=9, null=True, default="next", editable=False)\n'
MIGRATION = """
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [({app!r}, {before!r})]
    operations = [
        migrations.AddField({model!r}, "written_by", models.CharField(max_length=9, null=True)),
        AddIndexConcurrently({model!r}, models.Index(fields=["written_by", "id"], name="{model}_by_writer")),
    ]
"""
NEW_TASK = f'''

@shared_task(name="{TASK}")
def next_version() -> int:
    return dispatch_messages()
'''


def make_next_version(folder: Path) -> Path:
    """Write the next version to ``folder``, which does not exist yet. Returns it."""
    folder.mkdir()
    for part in ROOT.iterdir():
        if part.name in APPS:
            # With the compiled modules, which need not be compiled again; one may just be written by another process.
            shutil.copytree(part, folder / part.name, ignore=shutil.ignore_patterns("*.pyc.*"))
        elif part.name == "manage.py":
            shutil.copy(part, folder)  # a link would make Python import what is beside its target
        elif part.name in ("docs", "templates") or part.suffix == ".md":
            (folder / part.name).symlink_to(part)
    _insert_after(
        folder / "contacts" / "models.py", "    score = models.PositiveSmallIntegerField(default=0)\n", COLUMN
    )
    _insert_after(
        folder / "messaging" / "models" / "messages.py",
        '    kind = models.CharField(max_length=20, default="text")\n',
        COLUMN,
    )
    _insert_after(folder / "crmsolid" / "settings.py", '        "messaging.purge": 3600,\n', f'        "{TASK}": 1,\n')
    with (folder / "messaging" / "tasks.py").open("a") as tasks:
        tasks.write(NEW_TASK)
    graph = MigrationLoader(None).graph
    for app, model in (("contacts", "contact"), ("messaging", "message")):
        ((_, before),) = graph.leaf_nodes(app)
        text = MIGRATION.format(app=app, before=before, model=model)
        (folder / app / "migrations" / "9999_next.py").write_text(text)
    return folder


def _insert_after(file: Path, line: str, inserted: str) -> None:
    text = file.read_text()
    assert text.count(line) == 1, (file, line)
    file.write_text(text.replace(line, line + inserted))
