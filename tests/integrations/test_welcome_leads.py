"""The example that welcomes new leads, run as it is against a running product."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.integrations.conftest import Live

SCRIPT = Path(settings.BASE_DIR) / "examples" / "welcome_leads.py"
LIBRARY = Path(settings.BASE_DIR) / "sdk" / "python" / "src"


def run(live: Live, leads: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, SCRIPT, str(live.account_id), live.sequence_id],
        input=f"id,username,name\n{leads}",
        env={**os.environ, "CRMSOLID_KEY": live.key, "CRMSOLID_URL": live.url, "PYTHONPATH": str(LIBRARY)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def what_happened(live: Live, username: str) -> dict[str, Any]:
    def data(path: str) -> Any:
        return live.product.call("GET", path).json()["data"]

    def sent(path: str) -> Any:
        """What has a text for one person only when it is sent: until then it is the text with its fields."""
        deadline = time.monotonic() + 60
        while any(each["status"] != "sent" for each in data(path)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return data(path)

    contacts = data(f"/v1/contacts?search={username}")
    messages = [message for each in contacts for message in sent(f"/v1/messages?contact_id={each['id']}")]
    enrollments = [one for each in contacts for one in data(f"/v1/enrollments?contact_id={each['id']}")]
    return {
        "contacts": [(each["name"], sorted(each["tags"])) for each in contacts],
        "messages": [message["text"] for message in messages],
        "enrollments": [one["sequence_id"] for one in enrollments],
    }


def welcomed(live: Live, name: str, first_name: str) -> dict[str, Any]:
    return {
        "contacts": [(name, ["website", "welcomed"])],
        "messages": [f"Hi {first_name}, thank you for your request. When may we call you?"],
        "enrollments": [live.sequence_id],
    }


def test_running_it_twice_does_everything_once(live: Live) -> None:
    leads = "1,@lead_one,Ada One\n2,@lead_two,Bob Two\n"
    for _ in range(2):
        ended = run(live, leads)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert what_happened(live, "lead_one") == welcomed(live, "Ada One", "Ada")
        assert what_happened(live, "lead_two") == welcomed(live, "Bob Two", "Bob")


def test_somebody_who_was_welcomed_gets_no_second_message_for_another_request(live: Live) -> None:
    ended = run(live, "3,@lead_three,Cleo Three\n4,@lead_three,Cleo Three\n")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert what_happened(live, "lead_three") == welcomed(live, "Cleo Three", "Cleo")


def test_a_lead_that_is_refused_is_reported_and_the_others_are_welcomed(live: Live) -> None:
    ended = run(live, "5,@x,Too Short\n6,@lead_six,Dan Six\n")
    assert ended.returncode == 1
    assert ended.stderr.startswith("lead 5: 422 validation_failed: ")
    assert "username" in ended.stderr
    assert live.key not in ended.stderr
    assert what_happened(live, "lead_six") == welcomed(live, "Dan Six", "Dan")
    assert len(SCRIPT.read_text().splitlines()) <= 40
