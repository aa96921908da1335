"""``make bench``: ours, a plain DRF ModelViewSet and a hand-written function, in interleaved rounds.

Needs PostgreSQL on 127.0.0.1:5432 (BENCH_POSTGRES), Redis (BENCH_REDIS) and wrk. Each server: two uvicorn
processes, four threads each, behind the same bridge. CPU a request counts the server's processes alone.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/14")
OURS, PLAIN = "crmsolid_bench", "crmsolid_bench_plain"
PORTS = {"ours": 8701, "plain": 8702, "by hand": 8703}
APPS = {"ours": "crmsolid.asgi:application", "plain": "bench.plain_drf:application", "by hand": "bench.by_hand:asgi"}
CASES = {"contacts": ("plain", "ours", "by hand"), "send": ("ours", "by hand"), "list": ("plain", "ours", "by hand")}
TICK = os.sysconf("SC_CLK_TCK")


def environment(**more: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"{POSTGRES}/{OURS}",
        "REDIS_URL": REDIS,
        "BENCH_PLAIN_DATABASE": PLAIN,
        "CRMSOLID_DATA": "/tmp/crmsolid-bench",
        "CRMSOLID_WEB_PROCESSES": "2",
        "LOG_LEVEL": "ERROR",
        **more,
    }


def prepare() -> dict[str, Any]:
    """Fresh databases, a workspace with a key without a limit that matters, accounts, a page of contacts."""
    import psycopg

    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as admin:
        for name in (OURS, PLAIN):
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name}")
    out = subprocess.run(
        [sys.executable, "-m", "bench.seed"], env=environment(), cwd=ROOT, check=True, capture_output=True, text=True
    )
    seeded: dict[str, Any] = json.loads(out.stdout)
    plain = subprocess.run(
        [sys.executable, "-m", "bench.plain_drf"],
        env=environment(),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {**seeded, "plain_token": plain.stdout.strip()}


class Server:
    """Two uvicorn processes behind one port."""

    def __init__(self, name: str) -> None:
        self.name, self.port = name, PORTS[name]
        command = [sys.executable, "-m", "uvicorn", APPS[name], "--port", str(self.port), "--workers", "2"]
        command += ["--no-proxy-headers", "--no-access-log", "--log-level", "warning", "--lifespan", "on"]
        self.process = subprocess.Popen(command, env=environment(), cwd=ROOT, start_new_session=True)

    def wait(self) -> None:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/contacts", timeout=2)
                return
            except urllib.error.HTTPError:  # it answers, if only that the bench has no key here
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} did not start")

    def cpu_seconds(self) -> float:
        total = 0
        for pid in [self.process.pid, *self._children()]:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    def _children(self) -> list[int]:
        return [int(p) for p in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)


def measure(
    server: Server, case: str, connections: int, seconds: int, run: str, seeded: dict[str, Any]
) -> dict[str, float]:
    variables = {
        "BENCH_KIND": case,
        "BENCH_TOKEN": seeded["plain_token" if server.name == "plain" else "token"],
        "BENCH_SCHEME": "Token" if server.name == "plain" else "Bearer",
        "BENCH_RUN": run,
        "BENCH_ACCOUNTS": str(seeded["accounts"]),
        "BENCH_FIRST_ACCOUNT": str(seeded["first_account"]),
    }
    before = server.cpu_seconds()
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "-s",
        "bench/wrk.lua",
        f"http://127.0.0.1:{server.port}",
    ]
    out = subprocess.run(command, env={**os.environ, **variables}, cwd=ROOT, check=True, capture_output=True, text=True)
    line = next(line for line in out.stdout.splitlines() if line.startswith("RESULT"))
    requests, failed, duration, p99 = (float(part) for part in line.split()[1:])
    if failed:
        raise RuntimeError(f"{server.name} {case}: {failed:.0f} of {requests:.0f} requests failed")
    cpu = (server.cpu_seconds() - before) / requests * 1000
    return {"rate": requests / duration, "p99": p99, "cpu": cpu}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", default="1,8,32")
    parser.add_argument("--cases", default="contacts,send,list")
    options = parser.parse_args()
    seeded = prepare()
    servers = {name: Server(name) for name in APPS}
    try:
        for server in servers.values():
            server.wait()
        print("| case | connections | server | requests/s | p99 ms | CPU ms a request |\n|---|---|---|---|---|---|")
        for case in options.cases.split(","):
            for connections in (int(c) for c in options.connections.split(",")):
                rows = rounds(servers, case, connections, options, seeded)
                for name, found in rows.items():
                    middle = {key: statistics.median(row[key] for row in found) for key in found[0]}
                    print(
                        f"| {case} | {connections} | {name} | {middle['rate']:.0f} | {middle['p99']:.1f} |"
                        f" {middle['cpu']:.2f} |",
                        flush=True,
                    )
    finally:
        for server in servers.values():
            server.stop()


def analyze() -> None:
    """What autovacuum would have done by the time a table has this many rows."""
    import psycopg

    for name in (OURS, PLAIN):
        with psycopg.connect(f"{POSTGRES}/{name}", autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def rounds(
    servers: dict[str, Server], case: str, connections: int, options: argparse.Namespace, seeded: dict[str, Any]
) -> dict[str, list[dict[str, float]]]:
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CASES[case]}
    for name in CASES[case]:  # rows to make plans for, before anything counts
        measure(servers[name], case, connections, 1, f"{case[0]}{connections}w{name[0]}", seeded)
    analyze()
    for number in range(options.rounds):
        for name in CASES[case]:
            run = f"{case[0]}{connections}r{number}{name[0]}"
            found[name].append(measure(servers[name], case, connections, options.seconds, run, seeded))
    return found


if __name__ == "__main__":
    main()
