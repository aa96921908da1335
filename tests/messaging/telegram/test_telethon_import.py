"""Telethon is imported when it is first needed, by a page of the panel, the worker, or both at once."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import importlib.util, sys, threading, time

class Slow:
    '''Makes the import slow, so that the two threads meet in it.'''

    def find_spec(self, name, path=None, target=None):
        if name.startswith("telethon"):
            time.sleep(0.01)
        return None

sys.meta_path.insert(0, Slow())
import django
django.setup()
from messaging.panel import telegram_login
from messaging.telegram import celery_worker

class Consumer:
    hostname = "tests"
    def add_task_queue(self, name):
        print("listening to", name)

celery_worker._holds_accounts = lambda consumer: True
both = threading.Barrier(2)

def page():
    both.wait()
    print("page", telegram_login.services().__name__)

def ready():
    both.wait()
    celery_worker.start_account_worker(Consumer())

threads = [threading.Thread(target=each) for each in (page, ready)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
celery_worker.stop_account_worker()
"""


def test_page_and_worker_import_telethon_at_once(tmp_path: Path) -> None:
    environment = os.environ | {"CRMSOLID_DATA": str(tmp_path)}
    command = [sys.executable, "-c", SCRIPT]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)
    assert "Traceback" not in answer.stderr, answer.stderr
    assert sorted(answer.stdout.splitlines()) == ["listening to telegram.tests", "page messaging.telegram.services"]
