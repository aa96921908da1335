"""Telethon is loaded by whoever needs it first: a page of the panel, the worker, both at once."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import importlib.util, sys, threading, time

class Slow:
    '''Importing takes its time, so that the two do meet.'''

    def find_spec(self, name, path=None, target=None):
        if name.startswith("telethon"):
            time.sleep(0.01)
        return None

sys.meta_path.insert(0, Slow())
import django
django.setup()
from messaging.admin import telegram_login
from messaging.telegram import worker

class Consumer:
    hostname = "tests"
    def add_task_queue(self, name):
        print("listening to", name)

worker._is_wanted = lambda consumer: True
together = threading.Barrier(2)

def page():
    together.wait()
    print("page", telegram_login.services().__name__)

def ready():
    together.wait()
    worker._ready(Consumer())

threads = [threading.Thread(target=each) for each in (page, ready)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
worker._shutdown()
"""


def test_a_page_and_the_worker_at_once(tmp_path: Path) -> None:
    environment = os.environ | {"CRMSOLID_DATA": str(tmp_path), "DATABASE_URL": ""}
    command = [sys.executable, "-c", SCRIPT]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)
    assert "Traceback" not in answer.stderr, answer.stderr
    assert sorted(answer.stdout.splitlines()) == ["listening to telegram.tests", "page messaging.telegram.services"]
