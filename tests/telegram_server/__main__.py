"""python -m tests.telegram_server --port PORT --key FILE: the server for other processes.

Prints one JSON line when it is ready, then serves until it is interrupted or terminated.
"""

import argparse
import asyncio
import json
import logging
import signal
from pathlib import Path

from .control_port import ControlPort
from .keys import load_or_create_key
from .server import HOST, MAIN_DC, TelegramServer


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.telegram_server")
    parser.add_argument("--port", type=int, default=0, help="port of data center 2 (0: any free one)")
    parser.add_argument("--key", type=Path, required=True, help="RSA private key, made if missing; FILE.pub is public")
    parser.add_argument("--control-port", type=int, default=0, help="port of the JSON-lines control protocol")
    parser.add_argument("--dc", action="append", default=[], metavar="ID:PORT", help="another data center; repeatable")
    return parser.parse_args()


def listening_ports(options: argparse.Namespace) -> dict[int, int]:
    others = (pair.partition(":") for pair in options.dc)
    return {MAIN_DC: options.port} | {int(dc_id): int(port or 0) for dc_id, _, port in others}


async def serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    key = load_or_create_key(options.key)
    async with TelegramServer(listening_ports(options), key) as server:
        control = ControlPort(server)
        control_port = await control.start(options.control_port)
        print(json.dumps(readiness(server, options.key, control_port)), flush=True)
        await stopped.wait()
        control.stop()


def readiness(server: TelegramServer, key_file: Path, control_port: int) -> dict[str, object]:
    data_centers = {dc_id: server.endpoint(dc_id) for dc_id in server.rpc.addresses}
    return {
        "data_centers": data_centers,
        "control": f"{HOST}:{control_port}",
        "control_port": control_port,
        "public_key": f"{key_file}.pub",
    }


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve(arguments()))
