"""Write the synchronous client, ``_sync``, from the asynchronous one, ``_async``.

``python sdk/python/tools/generate_sync.py`` writes it. With ``--check`` it only compares, and the exit status is 1 if a
file is out of date.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "crmsolid_client"
SETTINGS = PACKAGE.parents[3] / "pyproject.toml"
SOURCE, TARGET = PACKAGE / "_async", PACKAGE / "_sync"
HEADER = "# Generated from _async/{} by tools/generate_sync.py; do not edit.\n"
REPLACEMENTS = [
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
    (r"\benter_async_context\b", "enter_context"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"\basyncio\.to_thread\(([\w.]+)(?:, )?", r"\1("),
    (r"^import asyncio$", "import time"),
    (r"\ba(close|read|iter_bytes)\b", r"\1"),
    (r"\banext\(", "next("),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\bhttpx\.AsyncBaseTransport\b", "httpx.BaseTransport"),
    (r"\bhttpx\.AsyncByteStream\b", "httpx.SyncByteStream"),
    (r"\bAsync([A-Z]\w+)", r"\1"),
    (r"The asynchronous client\. The synchronous one .*tools``\.", "The synchronous client."),
]


def generate() -> dict[Path, str]:
    """What each file is to contain."""
    files: dict[Path, str] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        name = file.relative_to(SOURCE)
        files[name] = HEADER.format(name) + synchronous(file.read_text())
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_text(text)
        for arguments in (["check", "--fix", "--exit-zero", "--select", "I,F401,F811"], ["format"]):
            command = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--config", str(SETTINGS), folder]
            subprocess.run(command, check=True)
        return {TARGET / name: (Path(folder) / name).read_text() for name in files}


def synchronous(text: str) -> str:
    """The synchronous twin of asynchronous code that uses the names of this package."""
    for pattern, replacement in REPLACEMENTS:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


def main() -> int:
    files = generate()
    if "--check" in sys.argv:
        existing = {file: file.read_text() for file in TARGET.rglob("*.py")}
        return int(existing != files)
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for file in set(TARGET.rglob("*.py")) - set(files):
        file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
