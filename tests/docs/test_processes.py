"""The commands of the processes are the same wherever they stand, and each of them starts and ends as the page says."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from tests.docs.deployment import BIN, PAGE, ROOT
from tests.migrated import create_migrated_database
from tests.servers import drop_database, empty_redis, free_port
from tests.waiting import wait_until

ROLES = ["web", "worker", "scheduler"]
ADDRESS = re.compile(r" --(host|port) \S+")


def of_page() -> dict[str, tuple[str, int]]:
    """The command of each process, and the seconds that it is allowed to end."""
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| .+ \| (?:.*allow (\d+) s)? ?\|$", PAGE.read_text(), re.M)
    return {name: (command, int(seconds or 0)) for name, command, seconds in rows}


def compose() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return services


def units() -> Iterator[tuple[str, dict[str, str]]]:
    for role in ROLES:
        text = (ROOT / "deploy" / "systemd" / f"crmsolid-{role}.service").read_text()
        yield role, dict(re.findall(r"^(\w+)=(.*)$", text, re.M))


def kubernetes() -> dict[str, Any]:
    """The specification of each pod, by the name of its container."""
    found = yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text())
    pods = [each["spec"]["template"]["spec"] for each in found if "template" in each["spec"]]
    return {pod["containers"][0]["name"]: pod for pod in pods}


def normal(command: str) -> str:
    """Without the folder of the program and the address to listen on."""
    program, _, arguments = ADDRESS.sub("", command).partition(" ")
    return f"{Path(program).name} {arguments}".strip()


def test_compose_has_the_processes_of_the_page() -> None:
    image = re.search(r"^CMD (\[.+\])$", (ROOT / "Dockerfile").read_text(), re.M)
    assert image is not None
    services = {name: each for name, each in compose().items() if name not in ("postgres", "redis")}
    found = {
        name: (" ".join(each.get("command", tomllib.loads(f"cmd = {image[1]}")["cmd"])), each.get("stop_grace_period"))
        for name, each in services.items()
    }
    assert found == {
        name: (command, f"{seconds}s" if seconds else None) for name, (command, seconds) in of_page().items()
    }


def test_containers_of_compose_have_no_more_rights_and_memory_than_they_need() -> None:
    services = compose()
    assert [name for name, each in services.items() if "mem_limit" not in each or "pids_limit" not in each] == []
    for name, each in services.items():
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert each["cap_drop"] == ["ALL"], name
        assert each["read_only"] is True, name
    for name in ("migrate", *ROLES, "telegram"):
        of_disk = [f"{name}-tmp:/tmp"] if name in ("web", "worker") else []
        assert services[name]["volumes"] == ["data:/data", *of_disk]
        assert services[name]["tmpfs"] == ([] if of_disk else ["/tmp:size=64m"])
        assert "user" not in services[name]
    assert (services["postgres"]["user"], services["redis"]["user"]) == ("postgres", "redis")
    assert re.search(r"^USER \d+:\d+$", (ROOT / "Dockerfile").read_text(), re.M)


def test_every_container_of_compose_that_keeps_running_has_a_health_check() -> None:
    services = compose()
    assert {name for name, each in services.items() if "healthcheck" not in each} == {"migrate"}
    for name in ("worker", "telegram", "scheduler"):
        assert services[name]["environment"]["CRMSOLID_ALIVE_FILE"] == "/tmp/alive"
        assert services[name]["healthcheck"]["test"][0] == "CMD-SHELL"


@pytest.mark.parametrize(("age", "status"), [(None, 1), (0, 0), (120, 1)])
def test_health_check_of_compose_fails_for_a_file_that_is_not_touched(
    tmp_path: Path, age: int | None, status: int
) -> None:
    command = compose()["worker"]["healthcheck"]["test"][1].replace("$$", "$")  # as Compose does
    command = command.replace("/tmp/alive", str(tmp_path / "alive"))
    if age is not None:
        (tmp_path / "alive").touch()
        os.utime(tmp_path / "alive", (time.time() - age,) * 2)
    assert subprocess.run(["sh", "-c", command]).returncode == status


def test_systemd_has_the_processes_of_the_page() -> None:
    found = {role: (normal(unit["ExecStart"]), int(unit["TimeoutStopSec"])) for role, unit in units()}
    assert found == {role: (normal(of_page()[role][0]), of_page()[role][1]) for role in ROLES}


def test_page_gives_commands_the_settings_and_the_user_of_the_units() -> None:
    shared = (ROOT / "deploy" / "systemd" / "crmsolid-.service.d" / "common.conf").read_text()
    settings_of_units = re.findall(r"CRMSOLID_\w+=\S+", shared)
    assert len(settings_of_units) == 2
    assert [each for each in settings_of_units if f"`{each}`" not in PAGE.read_text()] == []
    (command,) = re.findall(r"systemd-run (.+)/opt/crmsolid/.venv/bin/python manage.py", PAGE.read_text(), re.S)
    options = dict(re.findall(r"--(?:property=)?([\w-]+)=(\S+)", command))
    units = dict(re.findall(r"^(\w+)=(.+)$", shared, re.M))
    assert options == {
        "uid": units["User"],
        "working-directory": units["WorkingDirectory"],
        "EnvironmentFile": units["EnvironmentFile"],
        "UMask": units["UMask"],
    }


def test_kubernetes_has_the_processes_of_the_page() -> None:
    pods, page = kubernetes(), of_page()
    found = {name: " ".join(pod["containers"][0]["command"]) for name, pod in pods.items()}
    assert found == {name: page[name][0] for name in [*ROLES, "migrate"]}
    assert [pods[role]["terminationGracePeriodSeconds"] >= page[role][1] for role in ROLES] == [True] * 3
    probes = [
        pods["web"]["containers"][0][f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")
    ]
    assert probes == ["/healthz"] * 3


def test_procfile_has_the_web_and_a_worker_with_the_scheduler_of_the_page() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    found = {name: normal(command.strip()) for name, _, command in (line.partition(":") for line in lines)}
    page = of_page()
    assert found == {"web": normal(page["web"][0]), "worker": f"{page['worker'][0]} --beat"}


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    folder = tmp_path / "units"
    shutil.copytree(ROOT / "deploy" / "systemd", folder)
    for unit in folder.glob("*.service"):
        unit.write_text(unit.read_text().replace("/opt/crmsolid/.venv/bin/", f"{BIN}/"))
    command = ["systemd-analyze", "verify", *map(str, sorted(folder.glob("*.service")))]
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"}
    verified = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (verified.returncode, verified.stderr) == (0, "")


def test_every_process_of_the_page_starts_and_ends_in_time(tmp_path: Path) -> None:
    server, name, port = settings.DATABASE_URL.rsplit("/", 1)[0], f"crmsolid_processes_{os.getpid()}", free_port()
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DATABASE_URL": create_migrated_database(server, name),
        "CRMSOLID_DATA": str(tmp_path / "data"),
        "CRMSOLID_WEB_PROCESSES": "2",
        "LOG_LEVEL": "INFO",
    }
    empty_redis()
    page = of_page()
    del page["migrate"]
    running: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as stack:
        stack.callback(drop_database, server, name)
        for role, (command, _) in page.items():
            arguments = shlex.split(command.replace("8000", str(port)))
            log = stack.enter_context((tmp_path / role).open("wb"))
            environment["CRMSOLID_ALIVE_FILE"] = str(tmp_path / f"{role}.alive")
            running[role] = stack.enter_context(
                subprocess.Popen(arguments, env=environment, cwd=ROOT, stdout=log, stderr=log)
            )
            stack.callback(running[role].kill)
        wait_until(lambda: is_ready(port), "/readyz is ready", seconds=180)
        wait_until(lambda: "ready." in (tmp_path / "telegram").read_text(), "the Telegram worker runs", seconds=180)
        alive = [tmp_path / f"{role}.alive" for role in ("worker", "telegram", "scheduler")]
        for file in alive:
            wait_until(file.exists, "it shows that it lives", seconds=60)
            file.unlink()
        for file in alive:
            wait_until(file.exists, "it does so again and again", seconds=60)
        for role, process in running.items():
            process.send_signal(signal.SIGTERM)
            assert process.wait(page[role][1]) == 0, (tmp_path / role).read_text()


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
