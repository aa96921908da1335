"""A bash session in which the blocks of a page run one after the other, as a reader pastes them."""

import json
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import NUMBERS_VARY, Block
from tests.docs.shapes import differences, json_values, text_differs

BLOCK_SECONDS = 180  # a block that takes longer hangs
AGAIN_SECONDS = 60  # for so long a block that only reads is repeated until its answer is as shown
SHOWN = 10_000  # characters of an output that a failure shows
WRITES = re.compile(r" -[XdFT]\b|--data|--json|manage\.py|crmsolid |&\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Result:
    """What a block printed, and which of its commands failed."""

    output: str
    errors: str
    failures: str


class Session:
    """A command that fails is noted, and the session goes on, so that a block can be repeated. An HTTP answer with an
    error status is a failure of curl, unless the page shows the error. Notes are kept in the folder ``notes``."""

    def __init__(self, process: "subprocess.Popen[str]", notes: Path) -> None:
        self._process = process
        self._notes = notes
        self._count = 0
        notes.mkdir()
        self._tell("set -o pipefail -o errtrace")
        self._tell(f"trap 'echo \"$BASH_COMMAND\" >> {notes}/failures' ERR")
        self._tell("true")

    def check(self, block: Block, text: str) -> str:
        """Run the block, whose text is ``text`` here. Returns what is wrong, "" for nothing. A block that only reads is
        repeated while the product has not got as far as the page shows."""
        deadline = time.monotonic() + AGAIN_SECONDS
        while True:
            result = self._run(block, text)
            problem = _problem(block, result)
            again = block.language == "sh" and not WRITES.search(text) and time.monotonic() < deadline
            if not problem or not again:
                break
            time.sleep(0.3)
        if not problem:
            return ""
        output, errors = result.output[-SHOWN:], result.errors[-SHOWN:]
        return f"{block}: {problem}\n--- command\n{text}--- output\n{output}\n--- errors\n{errors}"

    def _run(self, block: Block, text: str) -> Result:
        self._count += 1
        script, output, errors = (self._notes / f"{self._count}.{end}" for end in (block.language, "out", "err"))
        failures, curlrc = self._notes / "failures", self._notes / "curl" / ".curlrc"
        failures.write_text("")
        curlrc.parent.mkdir(exist_ok=True)
        curlrc.write_text("" if _shows_error(block) else "fail-with-body\n")
        script.write_text(text)
        command = "source" if block.language == "sh" else "python"
        try:
            self._tell(f"{command} {script} >{output} 2>{errors} </dev/null")
        except TimeoutError:
            return Result(output.read_text(), errors.read_text(), f"it has not ended after {BLOCK_SECONDS} s")
        noted = [line for line in failures.read_text().splitlines() if str(script) not in line or command == "python"]
        return Result(output.read_text(), errors.read_text(), "; ".join(noted))

    def _tell(self, command: str) -> None:
        """Let bash execute a command, and wait until it has."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{command}\necho\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], BLOCK_SECONDS)[0]:
            raise TimeoutError
        assert self._process.stdout.readline() == "\n", "bash has ended"


@contextmanager
def bash(folder: Path, environment: Mapping[str, str]) -> Iterator[Session]:
    """A session in this folder and with these variables. Whatever it started and left running ends with it."""
    notes = folder.with_name(folder.name + "-notes")
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc"],
        cwd=folder,
        env={**environment, "CURL_HOME": str(notes / "curl")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Session(process, notes)
        finally:
            with suppress(ProcessLookupError):  # all of them have ended
                os.killpg(process.pid, signal.SIGKILL)


def _shows_error(block: Block) -> bool:
    """Whether the page shows that this command is refused."""
    if block.answer is None or block.answer.language != "json":
        return False
    shown = json.loads(block.answer.text)
    return isinstance(shown, dict) and "/docs/errors/" in str(shown.get("type"))


def _problem(block: Block, result: Result) -> str:
    if result.failures:
        return f"failed: {result.failures}"
    if block.answer is None:
        return ""
    if block.answer.language == "text":
        return f"the lines at {block.answer} are others" if text_differs(block.answer.text, result.output) else ""
    values = json_values(result.output)
    if not values:
        return "no JSON in the output"
    found = differences(json.loads(block.answer.text), values[-1], numbers_vary=block.page in NUMBERS_VARY)
    return f"the answer at {block.answer} is another: " + "; ".join(found) if found else ""
