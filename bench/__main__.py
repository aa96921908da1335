"""``python -m bench``: the product over REST and over MCP, a plain DRF ModelViewSet and a hand-written function,
measured in alternating rounds.

It needs PostgreSQL on 127.0.0.1:5432 (or BENCH_POSTGRES) and Redis (BENCH_REDIS). Each server is two uvicorn
processes with four threads behind the same bridge. The CPU of a request is that of the server's processes alone.
At the end it prints the ratios that the product is held to; a ratio below its minimum does not fail the command.
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

from bench import databases, http_load

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/14")
OURS, PLAIN = "crmsolid_bench", "crmsolid_bench_plain"
PORTS = {"ours": 8701, "plain": 8702, "by hand": 8703}
APPS = {"ours": "crmsolid.asgi:application", "plain": "bench.plain_drf:application", "by hand": "bench.by_hand:asgi"}
CASES = {
    "contacts": ("plain", "ours", "by hand"),
    "send": ("ours", "mcp", "by hand"),
    "list": ("plain", "ours", "mcp", "mcp legacy", "by hand"),
}
# The same calls as tools of the same server, in both generations of the protocol.
PROTOCOLS = {"mcp": "2026-07-28", "mcp legacy": "2025-11-25"}
TICK = os.sysconf("SC_CLK_TCK")

# The least requests a second of one, as a multiple of another's in the same run, at 8 connections.
MINIMUM_RATIOS = (
    ("contacts", "ours", "plain", 2.5),
    ("contacts", "ours", "by hand", 0.45),
    ("send", "ours", "by hand", 0.45),
    ("send", "mcp", "ours", 0.6),
    ("list", "ours", "plain", 3.0),
    ("list", "mcp", "ours", 0.6),
    ("list", "mcp legacy", "ours", 0.6),
)
RATIO_CONNECTIONS = 8


def environment(**more: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"{POSTGRES}/{OURS}",
        "REDIS_URL": REDIS,
        "DJANGO_SETTINGS_MODULE": "crmsolid.settings",
        "BENCH_PLAIN_DATABASE_URL": f"{POSTGRES}/{PLAIN}",
        "CRMSOLID_DATA": os.environ.get("CRMSOLID_DATA", "/tmp/crmsolid-bench"),
        "CRMSOLID_WEB_PROCESSES": "2",
        "LOG_LEVEL": "ERROR",
        **more,
    }


def prepare() -> dict[str, Any]:
    """Create fresh databases, a workspace with a key and accounts whose limits are never reached."""
    databases.create(POSTGRES, OURS)
    databases.create(POSTGRES, PLAIN, for_product=False)
    seeded, plain_token = (
        subprocess.run(
            [sys.executable, "-m", module], env=environment(), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        for module in ("bench.seed", "bench.plain_drf")
    )
    return {**json.loads(seeded), "plain_token": plain_token.strip()}


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
            except urllib.error.HTTPError:  # it responds, with a refusal because there is no key
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
    server: Server, case: str, connections: int, seconds: int, run: str, seeded: dict[str, Any], protocol: str = ""
) -> dict[str, float]:
    """Requests a second, p99 in ms, and ms of the server's CPU for a request. Raises RuntimeError if one failed."""
    plain = server.name == "plain"
    load = http_load.Load(
        port=server.port,
        kind=case,
        connections=connections,
        seconds=seconds,
        token=seeded["plain_token" if plain else "token"],
        scheme="Token" if plain else "Bearer",
        protocol=protocol,
        run=run,
        first_account=seeded["first_account"],
        accounts=seeded["accounts"],
    )
    before = server.cpu_seconds()
    result = http_load.run(load)
    if result.errors:
        raise RuntimeError(f"{server.name} {case}: of {result.requests} requests failed {result.errors}")
    cpu = (server.cpu_seconds() - before) / result.requests * 1000
    return {"rate": result.rate, "p99": result.p99, "cpu": cpu}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", default="1,8,32")
    parser.add_argument("--cases", default="contacts,send,list")
    options = parser.parse_args()
    seeded = prepare()
    servers = {name: Server(name) for name in APPS}
    rates: dict[tuple[str, int, str], float] = {}
    try:
        for server in servers.values():
            server.wait()
        print("| case | connections | server | requests/s | p99 ms | CPU ms a request |\n|---|---|---|---|---|---|")
        for case in options.cases.split(","):
            for connections in (int(c) for c in options.connections.split(",")):
                for name, results in measure_rounds(servers, case, connections, options, seeded).items():
                    median = {key: statistics.median(result[key] for result in results) for key in results[0]}
                    rates[case, connections, name] = median["rate"]
                    print(
                        f"| {case} | {connections} | {name} | {median['rate']:.0f} | {median['p99']:.1f} |"
                        f" {median['cpu']:.2f} |",
                        flush=True,
                    )
    finally:
        for server in servers.values():
            server.stop()
        databases.drop(POSTGRES, OURS, PLAIN)
    print_ratios(rates)


def print_ratios(rates: dict[tuple[str, int, str], float]) -> None:
    """Print each ratio that was measured, with PASS or FAIL."""
    print(f"\n| at {RATIO_CONNECTIONS} connections | ratio | minimum | |\n|---|---|---|---|")
    for case, name, other, minimum in MINIMUM_RATIOS:
        one, another = (rates.get((case, RATIO_CONNECTIONS, of)) for of in (name, other))
        if one and another:
            verdict = "PASS" if one / another >= minimum else "FAIL"
            print(f"| {case}: {name} to {other} | {one / another:.2f} | {minimum:.2f} | {verdict} |", flush=True)


def vacuum_and_analyze() -> None:
    """What autovacuum does by the time a table has this many rows."""
    import psycopg

    for name in (OURS, PLAIN):
        with psycopg.connect(f"{POSTGRES}/{name}", autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def measure_rounds(
    servers: dict[str, Server], case: str, connections: int, options: argparse.Namespace, seeded: dict[str, Any]
) -> dict[str, list[dict[str, float]]]:
    results: dict[str, list[dict[str, float]]] = {name: [] for name in CASES[case]}

    def measure_one(name: str, seconds: int, run: str) -> dict[str, float]:
        server, mark = servers["ours" if name in PROTOCOLS else name], name.replace(" ", "")
        run = f"{case[0]}{connections}{run}{mark}"
        return measure(server, case, connections, seconds, run, seeded, PROTOCOLS.get(name, ""))

    for name in CASES[case]:  # a warm-up, which also makes the rows that statistics are gathered on
        measure_one(name, 1, "w")
    vacuum_and_analyze()
    for number in range(options.rounds):
        for name in CASES[case]:
            results[name].append(measure_one(name, options.seconds, f"r{number}"))
    return results


if __name__ == "__main__":
    main()
