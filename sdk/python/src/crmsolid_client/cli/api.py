"""``crmsolid api``: any call of the API by its path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .context import App, pass_app, write_option
from .output import note, print_lines, write
from .transfer import write_stdout

if TYPE_CHECKING:
    from .. import RawResponse

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
WITHOUT_BODY = ("GET", "HEAD", "DELETE")


@click.command()
@click.argument("method", type=click.Choice(METHODS, case_sensitive=False))
@click.argument("path")
@click.option("-d", "--data", metavar="JSON", help="The body; @FILE reads it from a file, - from standard input.")
@click.option("-q", "--query", "pairs", multiple=True, metavar="NAME=VALUE", help="A parameter; give it again.")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME: VALUE", help="A header; give it again.")
@click.option("--all", "everything", is_flag=True, help="All pages of a list, one JSON object a line.")
@click.option("-i", "--include", is_flag=True, help="Show status and headers on standard error.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as it came. It is indented otherwise.")
@write_option
@pass_app
def api(
    app: App,
    method: str,
    path: str,
    data: str | None,
    pairs: tuple[str, ...],
    headers: tuple[str, ...],
    everything: bool,
    include: bool,
    as_json: bool,
    idempotency_key: str,
) -> None:
    """Call PATH of the API, with key, retries and errors as those of every command.

    \b
    Example:
      crmsolid api GET /v1/contacts -q tag=trial --all
      crmsolid api POST /v1/segments -d '{"name": "Trial", "filter": {"field": "tag", "op": "is", "value": "trial"}}'
    """
    if not path.startswith("/") or path.startswith("//"):
        raise click.BadParameter("it begins with one slash, for example /v1/contacts.", param_hint="PATH")
    if data is not None and method in WITHOUT_BODY:
        raise click.UsageError(f"-d is not for {method}.")
    if everything and method != "GET":
        raise click.UsageError("--all is for GET.")
    params: dict[str, list[str]] = {}
    for name, value in _split(pairs, "=", "--query"):
        params.setdefault(name, []).append(value)
    options: dict[str, Any] = {"params": params, "headers": {"Accept": "application/json, */*"}}
    options["headers"] |= dict(_split(headers, ":", "--header"))
    if data is not None:
        options |= {"content": _body(app, data)}
        options["headers"].setdefault("Content-Type", "application/json")
    if everything:
        print_lines(_all_pages(app, path, options))
        return
    try:
        if method in ("GET", "HEAD"):
            answer = app.client.request(method, path, **options)
        else:
            answer = app.write(app.client.request, method, path, **options, idempotency_key=idempotency_key)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from None
    if include:
        note("\n".join([str(answer.status), *(f"{name}: {value}" for name, value in answer.headers.items()), ""]))
    _print(answer, as_json)


def _split(texts: tuple[str, ...], separator: str, option: str) -> list[tuple[str, str]]:
    pairs = [text.partition(separator) for text in texts]
    for (name, found, _), text in zip(pairs, texts, strict=True):
        if not name or not found:
            raise click.BadParameter(f"{text!r} has no {separator!r} after a name.", param_hint=option)
    return [(name.strip(), value.strip() if separator == ":" else value) for name, _, value in pairs]


def _body(app: App, data: str) -> bytes:
    if data == "-":
        data = app.standard_input_text()
    elif data.startswith("@"):
        try:
            data = Path(data[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.BadParameter(f"the file cannot be read: {error}", param_hint="--data") from None
    try:
        json.loads(data)
    except ValueError as error:
        raise click.BadParameter(f"it is no JSON: {error}.", param_hint="--data") from None
    return data.encode()


def _all_pages(app: App, path: str, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects of a list. A list that never ends, such as the event log, ends with an empty page."""
    while True:
        answer = app.client.request("GET", path, **options)
        try:
            page = answer.json()
            rows, cursor = page["data"], page.get("next_cursor")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise click.UsageError(f"{path} answers no list. Leave out --all.") from None
        yield from rows
        if not cursor or not rows:
            return
        options = {**options, "params": {**options["params"], "cursor": [cursor]}}


def _print(answer: RawResponse, as_json: bool) -> None:
    is_json = "json" in answer.headers.get("content-type", "")
    if as_json or not is_json or not answer.content:
        write_stdout(answer.content)
    else:
        write(json.dumps(answer.json(), ensure_ascii=False, indent=2) + "\n")
