"""What the image of the Dockerfile gets of the repository: what the product needs at run time, and nothing else."""

import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.conf import settings

from crmsolid.docs.pages import files

ROOT = Path(settings.BASE_DIR)
IGNORED = (ROOT / ".dockerignore").read_text().split()
SERVED = {entry.partition("/")[0] for entry in files()}
APPS = {app.partition(".")[0] for app in settings.INSTALLED_APPS}
# requirements.txt and the lock files are installed from when the image is built.
NEEDED = SERVED | {"manage.py", "templates", "requirements.txt", "requirements.lock", "requirements-build.lock"}
NEEDED |= {"LICENSE"}


def is_ignored(name: str) -> bool:
    return any(fnmatch(name, pattern.removeprefix("**/")) for pattern in IGNORED)


def test_the_image_has_what_is_needed_and_nothing_else() -> None:
    names = {each.name for each in ROOT.iterdir()}
    left = {name for name in names if not name.startswith(".") and not is_ignored(name)}  # editors have hidden folders
    assert left == NEEDED | {app for app in APPS if (ROOT / app).is_dir()}


@pytest.mark.parametrize("name", ["crm.dump", "crm.dump.new", "crmsolid.dump.began", "erasures.jsonl"])
def test_backups_get_neither_into_the_image_nor_into_a_commit(name: str, tmp_path: Path) -> None:
    assert any(fnmatch(f"folder/{name}", pattern.replace("**/", "*")) for pattern in IGNORED)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    assert subprocess.run(["git", "check-ignore", "-q", f"folder/{name}"], cwd=tmp_path).returncode == 0
