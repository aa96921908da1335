"""Newman, Postman's own runner, loads the collection and sends its requests to a running product."""

import json
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings

from crmsolid.api.management.commands.write_openapi import committed
from crmsolid.core.ids import new_id
from tests.integrations.conftest import Live
from tests.npm import TIMEOUT, installed_packages

ENDLESS = "/v1/messages/stream"
CSV = "username,name\n@import_one,One\n"
# What requests about objects that do not exist, or are in another state, are answered.
REFUSED = {404, 409}
WORKS = {
    ("GET", "/v1/me"): 200,
    ("POST", "/v1/messages/send"): 200,
    ("POST", "/v1/contacts"): 201,
    ("GET", "/v1/contacts/:contact_id"): 200,
    ("PATCH", "/v1/contacts/:contact_id"): 200,
    ("POST", "/v1/contacts/import"): 202,
    ("POST", "/v1/segments"): 201,
    ("POST", "/v1/segments/preview"): 200,
    ("POST", "/v1/broadcasts"): 200,
    ("POST", "/v1/webhooks"): 201,
    ("GET", "/v1/analytics/funnel"): 200,
}


def requests_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests in a folder, and in the folders in it."""
    return [item] if "request" in item else [each for inner in item["item"] for each in requests_of(inner)]


def without_stream(collection: dict[str, Any]) -> dict[str, Any]:
    def is_wanted(item: dict[str, Any]) -> bool:
        return not item["request"]["url"]["raw"].endswith(ENDLESS)

    folders = [{**folder, "item": list(filter(is_wanted, folder["item"]))} for folder in collection["item"]]
    return {**collection, "item": folders}


def test_collection_has_every_operation_once() -> None:
    document = json.loads(committed().read_text(encoding="utf-8"))
    collection = json.loads(committed("postman.json").read_text(encoding="utf-8"))
    sent = [
        (each["request"]["method"], "/" + "/".join(each["request"]["url"]["path"])) for each in requests_of(collection)
    ]
    described = [
        (method.upper(), path.replace("{", ":").replace("}", ""))
        for path, operations in document["paths"].items()
        for method in operations
    ]
    assert sorted(sent) == sorted(described)
    assert {folder["name"] for folder in collection["item"]} >= {"Contacts", "Messages", "Webhooks"}


def test_requests_of_the_collection_are_accepted(live: Live, tmp_path: Path) -> None:
    newman = installed_packages(Path(settings.BASE_DIR) / "tests/integrations/newman") / "node_modules/.bin/newman"
    created = live.product.call("POST", "/v1/contacts", body=b'{"username": "@postman_contact"}').json()
    values: dict[str, str | int] = {
        "CRMSOLID_URL": live.url,
        "CRMSOLID_KEY": live.key,
        "account_id": live.account_id,
        "contact_id": created["id"],
        "sequence_id": live.sequence_id,
        # These do not exist.
        **{"broadcast_id": new_id("brd"), "delivery_id": new_id("dlv"), "endpoint_id": new_id("whk")},
        **{"enrollment_id": new_id("enr"), "event_id": new_id("evt"), "job_id": new_id("job")},
        **{"message_id": new_id("msg"), "segment_id": new_id("seg"), "thread_id": new_id("thr")},
    }
    (tmp_path / "contacts.csv").write_text(CSV)
    source, report = tmp_path / "collection.json", tmp_path / "report.json"
    source.write_text(json.dumps(without_stream(json.loads(committed("postman.json").read_text(encoding="utf-8")))))
    command: list[str | Path] = [newman, "run", source, "--working-dir", tmp_path]
    command += ["--reporters", "json", "--reporter-json-export", report]
    for name, value in values.items():
        command += ["--env-var", f"{name}={value}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    statuses: dict[tuple[str, str], tuple[int, str]] = {}
    for execution in json.loads(report.read_text())["run"]["executions"]:
        request, response = execution["item"]["request"], execution["response"]
        path = "/" + "/".join(request["url"]["path"])
        body = bytes(response["stream"]["data"]).decode()
        statuses[request["method"], path] = response["code"], body
    wrong = {call: found for call, found in statuses.items() if found[0] >= 300 and found[0] not in REFUSED}
    assert wrong == {}
    assert {call: statuses[call][0] for call in WORKS} == WORKS
