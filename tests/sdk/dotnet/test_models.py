"""The models of the .NET client are those of the OpenAPI document."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_generated_models_are_up_to_date() -> None:
    tool = ROOT / "sdk" / "dotnet" / "tools" / "generate_dotnet.py"
    assert subprocess.run([sys.executable, tool, "--check"], check=False).returncode == 0, "run `make sdk`"
