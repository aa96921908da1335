import json
from pathlib import Path

import pytest

from tests.plugins.left_out import main


def write(folder: Path, name: str, ran: list[str], skipped: dict[str, str]) -> None:
    (folder / name).write_text(json.dumps({"ran": ran, "skipped": skipped}))


def test_what_ran_somewhere_was_not_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "one", ["a"], {"b": "no PostgreSQL"})
    write(tmp_path, "two", ["a", "b"], {})
    assert main(str(tmp_path), []) == 0
    assert capsys.readouterr().out == "--- nothing was left out\n"


def test_what_ran_nowhere_is_listed_and_fails_in_ci(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "one", ["a"], {"b": "no browser"})
    monkeypatch.delenv("CI", raising=False)
    assert main(str(tmp_path), ["the suite on Redis: none is installed"]) == 0
    assert capsys.readouterr().out == "--- left out:\n  the suite on Redis: none is installed\n  b: no browser\n"
    monkeypatch.setenv("CI", "true")
    assert main(str(tmp_path), []) == 1
