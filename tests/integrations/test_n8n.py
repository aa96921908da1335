"""The n8n workflows of the examples: their requests are sent to a running product, their check gets real signatures.

n8n itself does not run here. Its expressions are JavaScript, which Node.js evaluates; what its nodes do with their
parameters is a few lines of this module.
"""

import hashlib
import hmac
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

from tests.attacks.product import Answer
from tests.integrations.conftest import Live
from tests.waiting import wait_until
from webhooks.delivery.signing import signature_headers

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")

FOLDER = Path(settings.BASE_DIR) / "examples" / "n8n"
SECRET = "your-chosen-signing-secret"
BODY = '{"event": "contact.created", "id": "evt_1", "data": {"name": "Мария 😀"}}'.encode()
LEAD = {"id": "1042", "username": "@n8n_lead", "name": 'Sarah "Sally" Miller'}
# A parameter that begins with = is a template; one that is a single {{ }} keeps the type of its value.
EVALUATE = """
const [template, $json, items] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const $ = (name) => ({ item: { json: items[name] } });
const value = (code) => new Function('$json', '$', `return (${code})`)($json, $);
const whole = template.match(/^=\\{\\{((?:(?!\\}\\}).)*)\\}\\}$/s);
const result = whole ? value(whole[1]) : template.slice(1).replace(/\\{\\{(.*?)\\}\\}/gs, (_, code) => value(code));
process.stdout.write(JSON.stringify(result));
"""


class Workflow:
    """A workflow file. ``items`` are what the nodes have put out so far, by name, ``files`` the binary data with their
    names."""

    def __init__(self, name: str) -> None:
        content = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        self.nodes: dict[str, dict[str, Any]] = {node["name"]: node for node in content["nodes"]}
        self.connections = content["connections"]
        self.items: dict[str, Any] = {}
        self.files: dict[str, tuple[str, bytes]] = {}

    def after(self, name: str, output: int = 0) -> str:
        """The node that follows on this output."""
        (following,) = self.connections[name]["main"][output]
        return str(following["node"])

    def value(self, parameter: str, item: Any) -> Any:
        """A parameter of a node whose input is ``item``."""
        if not parameter.startswith("="):
            return parameter
        given = json.dumps([parameter, item, self.items])
        ended = subprocess.run(["node", "-e", EVALUATE], input=given, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def send(self, live: Live, name: str, item: Any) -> Answer:
        """The request of an HTTP Request node whose input is ``item``."""
        parameters = self.nodes[name]["parameters"]
        assert (parameters["authentication"], parameters["genericAuthType"]) == (
            "genericCredentialType",
            "httpBearerAuth",
        )
        given = parameters.get("headerParameters", {}).get("parameters", [])
        headers = {each["name"]: self.value(each["value"], item) for each in given}
        address = re.fullmatch(r"https://api\.crmsolid\.com(/v1/.+)", self.value(parameters["url"], item))
        assert address is not None
        body = b""
        if parameters.get("contentType") == "multipart-form-data":
            (field,) = parameters["bodyParameters"]["parameters"]
            assert field["parameterType"] == "formBinaryData"
            file = self.files[field["inputDataFieldName"]]
            form = httpx.Request("POST", "http://n8n", files={field["name"]: file})
            body, headers["Content-Type"] = form.read(), form.headers["Content-Type"]
        elif parameters.get("sendBody"):
            assert parameters["specifyBody"] == "json"
            body = self.value(parameters["jsonBody"], item).encode()
        return live.product.call(parameters["method"], address[1], body=body, headers=headers)


def run_lead(live: Live, lead: dict[str, str]) -> list[Answer]:
    """The workflow for one lead, whose request it got. Returns the answers to its requests."""
    workflow = Workflow("send.json")
    item: Any = {"headers": {}, "params": {}, "query": {}, "body": lead}
    workflow.items["Lead"] = item
    answers, name = [], "Lead"
    while name in workflow.connections:
        name = workflow.after(name)
        answers.append(workflow.send(live, name, item))
        item = answers[-1].json()
    return answers


def test_a_lead_is_written_to_once_however_often_the_workflow_runs(live: Live) -> None:
    first, again = run_lead(live, LEAD), run_lead(live, LEAD)
    assert [answer.status for answer in first] == [201, 200]
    assert [answer.body for answer in again] == [answer.body for answer in first]
    assert [answer.headers.get("idempotency-replayed") for answer in again] == ["true", "true"]
    contact, message = (answer.json() for answer in first)
    assert (contact["name"], contact["tags"]) == (LEAD["name"], ["website"])
    sent = live.product.call("GET", f"/v1/messages?contact_id={contact['id']}").json()["data"]
    assert [each["id"] for each in sent] == [message["id"]]


def test_requests_are_repeated_by_n8n_with_the_same_key() -> None:
    requests = [node for node in Workflow("send.json").nodes.values() if node["type"] == "n8n-nodes-base.httpRequest"]
    assert len(requests) == 2
    assert all(node["retryOnFail"] for node in requests)


def receive(body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """What the workflow answers to a post with this body and these headers."""
    workflow = Workflow("receive.json")
    assert workflow.nodes["Event"]["parameters"]["options"] == {"rawBody": True}  # which puts the bytes under `data`
    assert workflow.nodes["Event"]["parameters"]["responseMode"] == "responseNode"
    item: dict[str, Any] = {"headers": {name.lower(): value for name, value in headers.items()}}
    signing = workflow.after("Event")
    parameters = workflow.nodes[signing]["parameters"]
    assert (parameters["action"], parameters["type"], parameters["encoding"]) == ("hmac", "SHA256", "hex")
    assert (parameters["binaryData"], parameters["binaryPropertyName"]) == (True, "data")
    item[parameters["dataPropertyName"]] = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    comparing = workflow.after(signing)
    (condition,) = workflow.nodes[comparing]["parameters"]["conditions"]["conditions"]
    assert condition["operator"] == {"type": "string", "operation": "equals"}
    equal = workflow.value(condition["leftValue"], item) == workflow.value(condition["rightValue"], item)
    answer = workflow.nodes[workflow.after(comparing, 0 if equal else 1)]["parameters"]
    return answer["options"]["responseCode"], answer["responseBody"]


def test_an_event_is_accepted_with_our_signature_alone() -> None:
    signed = signature_headers([SECRET], event_id="evt_1", timestamp=1_780_000_000, body=BODY)
    assert receive(BODY, signed) == (200, "ok")
    assert receive(BODY + b" ", signed) == (401, "invalid signature")
    assert receive(BODY, {}) == (401, "invalid signature")
    forged = signature_headers(["another"], event_id="evt_1", timestamp=1_780_000_000, body=BODY)
    assert receive(BODY, forged) == (401, "invalid signature")


def answer_with_file(live: Live, event: dict[str, Any]) -> list[Answer]:
    """The workflow for one event, from the node after Accept on. Returns the answers to its requests; none if the event
    is about nothing that it answers."""
    workflow = Workflow("answer_with_file.json")
    workflow.items["Event"] = {"headers": {}, "params": {}, "query": {}, "body": event}
    name = workflow.after("Accept")
    (condition,) = workflow.nodes[name]["parameters"]["conditions"]["conditions"]
    assert condition["operator"] == {"type": "boolean", "operation": "true", "singleValue": True}
    if workflow.value(condition["leftValue"], {}) is not True:
        return []
    answers: list[Answer] = []
    item: Any = {}
    while name in workflow.connections:
        name = workflow.after(name)
        parameters = workflow.nodes[name]["parameters"]
        match workflow.nodes[name]["type"].removeprefix("n8n-nodes-base."):
            case "set":
                (assigned,) = parameters["assignments"]["assignments"]
                item = {assigned["name"]: workflow.value(assigned["value"], item)}
            case "convertToFile":
                assert parameters["operation"] == "toText"
                content = item[parameters["sourceProperty"]].encode()
                workflow.files[parameters["binaryPropertyName"]] = (parameters["options"]["fileName"], content)
            case "httpRequest":
                answers.append(workflow.send(live, name, item))
                item = answers[-1].json() if parameters["method"] == "POST" else {}
    return answers


def received_from(live: Live, recipient: str) -> dict[str, Any]:
    """The event of what a contact of the sandbox answers with."""
    body = json.dumps({"account_id": live.account_id, "to": recipient, "text": "Show me"}).encode()
    assert live.product.call("POST", "/v1/messages/send", body=body).status == 200

    def found() -> dict[str, Any] | None:
        people = live.product.call("GET", f"/v1/contacts?search={recipient[1:]}").json()["data"]
        events = live.product.call("GET", "/v1/events?type=message.received&limit=100").json()["data"]
        ids = {each["id"] for each in people}
        return next((each for each in events if each["data"]["message"]["contact_id"] in ids), None)

    return wait_until(found, f"{recipient} answers")


@pytest.mark.parametrize(("recipient", "kind"), [("@voice_n8n", "voice"), ("@photo_n8n", "photo")])
def test_a_voice_message_and_a_photo_are_answered_with_a_file_once(live: Live, recipient: str, kind: str) -> None:
    event = received_from(live, recipient)
    message = event["data"]["message"]
    assert message["kind"] == kind
    first, again = answer_with_file(live, event), answer_with_file(live, event)
    assert [answer.status for answer in first] == [200, 201, 200]
    assert len(first[0].body) == message["attachments"][0]["size"]
    assert [answer.body for answer in again] == [answer.body for answer in first]
    sent = live.product.call("GET", f"/v1/messages/{first[2].json()['id']}").json()
    assert (sent["text"], sent["kind"], sent["reply_to"]) == ("Thank you", "document", message["id"])
    (file,) = sent["attachments"]
    assert file["name"] == "Receipt.txt"
    content = live.product.call("GET", file["url"]).body
    size = message["attachments"][0]["size"]
    assert content == f"We have received your {kind} of {size} bytes.\n".encode()


def test_other_events_are_not_answered(live: Live) -> None:
    event = received_from(live, "@reply_n8n")
    assert event["data"]["message"]["kind"] == "text"
    assert answer_with_file(live, event) == []
    assert answer_with_file(live, {**event, "event": "message.sent"}) == []
