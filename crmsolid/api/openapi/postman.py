"""The Postman collection (v2.1) of the OpenAPI document: a folder for each tag, a request for each operation."""

import json
import re
from typing import Any

Schema = dict[str, Any]

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
DESCRIPTION = """\
Set the variables of this collection: `CRMSOLID_KEY` is an API key, `CRMSOLID_URL` the address of the product, the
others are ids of objects that requests are about. Each request with an `Idempotency-Key` gets a new one (`{{$guid}}`):
to repeat a request that may have worked, put the same value there both times.
"""
BASE_URL = "https://api.crmsolid.com"
BASE_URL_JSON = json.dumps(BASE_URL).encode()  # occurs once in a collection


def collection(document: Schema) -> Schema:
    """The collection of all operations of the document. The same document always gives the same collection."""
    folders: dict[str, list[Schema]] = {}
    ids: set[str] = set()
    for path, operations in document["paths"].items():
        ids.update(re.findall(r"{(\w+)}", path))
        for method, operation in operations.items():
            folders.setdefault(operation["tags"][0], []).append(_request(document, path, method, operation))
    variables = {"CRMSOLID_URL": BASE_URL, "CRMSOLID_KEY": "", **dict.fromkeys(sorted(ids), "")}
    return {
        "info": {"name": document["info"]["title"], "description": DESCRIPTION, "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{CRMSOLID_KEY}}", "type": "string"}]},
        "variable": [{"key": name, "value": value, "type": "string"} for name, value in variables.items()],
        "item": [{"name": name, "item": folders[name]} for name in sorted(folders)],
    }


def _request(document: Schema, path: str, method: str, operation: Schema) -> Schema:
    segments = [re.sub(r"^{(\w+)}$", r":\1", segment) for segment in path.strip("/").split("/")]
    parameters = operation["parameters"]
    url: Schema = {
        "raw": "{{CRMSOLID_URL}}/" + "/".join(segments),
        "host": ["{{CRMSOLID_URL}}"],
        "path": segments,
    }
    if query := [_parameter(each) for each in parameters if each["in"] == "query"]:
        url["query"] = query
    if variables := [_parameter(each) for each in parameters if each["in"] == "path"]:
        url["variable"] = variables
    request: Schema = {
        "method": method.upper(),
        "header": [_header(each) for each in parameters if each["in"] == "header"],
        "url": url,
        "description": operation["description"],
    }
    if "requestBody" in operation:
        media_type, content = next(iter(operation["requestBody"]["content"].items()))
        request["header"].append({"key": "Content-Type", "value": media_type})
        request["body"] = _body(document, media_type, content["schema"])
    return {"name": operation["summary"], "request": request, "response": []}


def _parameter(parameter: Schema) -> Schema:
    """A parameter of the path or the query; one that is optional is switched off."""
    name = parameter["name"]
    value = f"{{{{{name}}}}}" if parameter["required"] else ""
    described = {"key": name, "value": value, "description": parameter.get("description", "")}
    return described if parameter["required"] else {**described, "disabled": True}


def _header(parameter: Schema) -> Schema:
    name = parameter["name"]
    described = {"key": name, "value": "", "description": parameter["description"]}
    return {**described, "value": "{{$guid}}"} if name == "Idempotency-Key" else {**described, "disabled": True}


def _body(document: Schema, media_type: str, schema: Schema) -> Schema:
    """The example of the schema. An id of an object in it becomes a variable, as those in paths are."""
    if media_type != "application/json":
        return {"mode": "file", "file": {"src": "contacts.csv"}}
    example = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]].get("examples", [{}])[0]
    body = {name: f"{{{{{name}}}}}" if _is_object_id(name, value) else value for name, value in example.items()}
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}


def _is_object_id(name: str, value: Any) -> bool:
    return name.endswith("_id") and isinstance(value, str)
