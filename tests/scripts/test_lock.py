"""What is installed is what the lock files pin, file by file."""

import base64
import hashlib
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement

ROOT = Path(settings.BASE_DIR)
LOCKS = ("requirements.lock", "requirements-build.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_one_version_and_the_hashes_of_its_files(name: str) -> None:
    entries = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    pins = [entry for entry in entries if entry and not entry.startswith("#")]
    assert len(pins) == len(set(pins)) > 1
    for pin in pins:
        assert re.fullmatch(r"[a-z0-9-]+==[^ ;]+( ; \S.*?\S)?( +--hash=sha256:[0-9a-f]{64})+", pin), pin.split()[0]


@pytest.mark.parametrize(
    ("requirements", "name"),
    [("requirements-dev.txt", "requirements.lock"), ("requirements-build.txt", "requirements-build.lock")],
)
def test_every_requirement_is_pinned_within_its_bounds(requirements: str, name: str) -> None:
    pins = dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / name).read_text(), re.M))
    for line in _lines(requirements):
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins[requirement.name.replace("_", "-")]), line


def _lines(requirements: str) -> list[str]:
    lines = (ROOT / requirements).read_text().splitlines()
    included = [other for line in lines if line.startswith("-r ") for other in _lines(line[3:])]
    return included + [line for line in lines if re.match("[a-z]", line)]


def test_no_package_is_installed_without_a_hash() -> None:
    """But pip-tools, which writes the lock files."""
    files = [ROOT / "Dockerfile", ROOT / "Makefile", ROOT / ".ci" / "run", *sorted((ROOT / "scripts").glob("*.sh"))]
    installs = [
        " ".join(command.split())
        for file in files
        for command in re.findall(r"pip\S*(?: --\S+(?: \"\S+\")?)* install[^&)\n]+", file.read_text())
        if "--require-hashes" not in command
    ]
    assert installs == ['pip" install --quiet pip-tools']


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with one wheel, of a package that does nothing."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    metadata = "Metadata-Version: 2.1\nName: nothing\nVersion: 1.0\n"
    about = {
        "nothing-1.0.dist-info/METADATA": metadata,
        "nothing-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / "nothing-1.0-py3-none-any.whl", "w") as wheel:
        record = ""
        for name, content in about.items():
            wheel.writestr(name, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(content)}\n"
        wheel.writestr("nothing-1.0.dist-info/RECORD", record + "nothing-1.0.dist-info/RECORD,,\n")
    return folder


def test_a_file_is_installed_only_with_a_pinned_hash(tmp_path: Path, wheels: Path) -> None:
    (wheel,) = wheels.iterdir()
    right, other = hashlib.sha256(wheel.read_bytes()).hexdigest(), "0" * 64
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    (tmp_path / "requirements-build.lock").write_text("# nothing\n")

    def install(lock: str) -> tuple[int, bool]:
        """The exit status, and whether the package is there."""
        (tmp_path / "requirements.lock").write_text(lock)
        done = subprocess.run(
            ["bash", str(ROOT / "scripts" / "venv.sh"), "venv"], cwd=tmp_path, env=environment, capture_output=True
        )
        return done.returncode, any(tmp_path.glob("venv/lib/*/site-packages/nothing-1.0.dist-info"))

    assert install("nothing==1.0\n") == (1, False)
    assert install(f"nothing==1.0 --hash=sha256:{other}\n") == (1, False)
    assert install(f"nothing==1.0 --hash=sha256:{other} --hash=sha256:{right}\n") == (0, True)
