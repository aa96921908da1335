"""The samples and the benchmarks, built for both versions of .NET. The samples run against the product."""

import contextlib
import os
import re
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsolid_client import CrmSolid
from tests.sdk.dotnet.projects import ENVIRONMENT, SDK, DotNet
from tests.sdk.live import Live
from tests.waiting import wait_until

FRAMEWORKS = ("net8.0", "net10.0")
SECRET = "the-secret-of-the-samples"


def built(dotnet: DotNet, name: str, framework: str) -> Path:
    """The program of a sample. Warnings are errors, also those of trimming and native code."""
    places = [f"-p:CrmSolidPackages={dotnet.packed()}", f"-p:RestorePackagesPath={dotnet.folder / 'restored'}"]
    project = SDK / "samples" / name / f"CrmSolid.Samples.{name}.csproj"
    dotnet.once(f"sample-{name}", "build", str(project), *places)
    return dotnet.artifacts / "bin" / project.stem / f"debug_{framework}" / f"{project.stem}.dll"


def configuration(live: Live) -> dict[str, str]:
    return {"CrmSolid__Key": live.key, "CrmSolid__BaseUrl": live.url}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_console_program_sends_lists_and_follows(dotnet: DotNet, live: Live, framework: str) -> None:
    program = built(dotnet, "Console", framework)
    arguments = [str(program), str(live.account_id), "@reply_samples", "5"]
    result = dotnet.run(*arguments, environment={**configuration(live), "Logging__LogLevel__Default": "Warning"})
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "workspace demo"
    assert re.fullmatch(r"message msg_\w+ queued", lines[1])
    assert any(line.startswith("contact con_") for line in lines)
    assert any(re.fullmatch(r"event evt_\w+ message\.sent", line) for line in lines), lines
    assert lines[-1] == "done"


@contextlib.contextmanager
def running_web(program: Path, port: int, log: Path, environment: dict[str, str]) -> Iterator[None]:
    with log.open("a") as output:
        process = subprocess.Popen(
            ["dotnet", str(program)],
            cwd=program.parent,
            env={**os.environ, **ENVIRONMENT, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(
                lambda: "Events are followed" in log.read_text().rpartition("begin")[2], "the follower's beginning"
            )
            yield
        finally:
            process.terminate()
            assert process.wait(30) in (0, 143), log.read_text()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_web_application_handles_each_event_once_and_catches_up_after_a_restart(
    dotnet: DotNet, live: Live, framework: str, tmp_path: Path
) -> None:
    program, port, log = built(dotnet, "Web", framework), free_port(), tmp_path / "log"
    position = tmp_path / "crmsolid-position"
    environment = {
        **configuration(live),
        "CrmSolid__Webhook__Secrets__0": SECRET,
        "Data": str(tmp_path),
        "ASPNETCORE_URLS": f"http://127.0.0.1:{port}",
    }

    def handled(event: str) -> list[str]:
        return re.findall(rf"event (evt_\w+) {event}$", log.read_text(), re.M)

    with CrmSolid(live.key, live.url) as crm:
        log.write_text("begin\n")
        with running_web(program, port, log, environment):
            endpoint = crm.webhooks.create(
                url=f"http://127.0.0.1:{port}/hooks/crmsolid", events=["contact.created"], secret=SECRET
            )
            begun = position.read_text()
            crm.contacts.create(email=f"one-{framework}@example.com")
            wait_until(lambda: handled("contact.created"), "the event")
            assert urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30).read() == b"Healthy"
            delivered = crm.webhooks.deliveries(endpoint.id, status="succeeded")
            wait_until(lambda: [*delivered], "the delivery")
            wait_until(lambda: position.read_text() != begun, "the position")
            assert len(handled("contact.created")) == 1
        crm.webhooks.delete(endpoint.id)
        crm.contacts.create(
            email=f"two-{framework}@example.com"
        )  # nothing delivers it: the follower has it from the log
        with log.open("a") as lines:
            lines.write("begin\n")
        with running_web(program, port, log, environment):
            wait_until(lambda: len(set(handled("contact.created"))) == 2, "the event that was missed")


def test_benchmarks_compile(dotnet: DotNet) -> None:
    dotnet.built()
    dotnet.once("benchmarks", "build", str(SDK / "benchmarks"), "-c", "Release")
