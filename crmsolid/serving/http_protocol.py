"""uvicorn's HTTP/1.1 protocol, answering with problem documents what its parser refuses before any application runs."""

import os
import sys
from http import HTTPStatus

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from crmsolid.api import problems
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError

ALLOWED_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"


class ProblemProtocol(HttpToolsProtocol):
    """A method that HTTP does not know is ``method_not_allowed`` (405), any other malformed request ``bad_request``.

    The parser stops before it has read the path or a header, so the answer carries no rate limit and closes the
    connection.
    """

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn while it handles the parser's error."""
        if isinstance(sys.exc_info()[1], httptools.HttpParserInvalidMethodError):
            detail = f"there is no such method; use {ALLOWED_METHODS}"
            error = DomainError("method_not_allowed", detail, headers={"Allow": ALLOWED_METHODS})
        else:
            error = DomainError("bad_request", "the request is not valid HTTP/1.1")
        request_id = os.urandom(16).hex()
        body = strictjson.dumps(problems.document(error, instance="/", request_id=request_id))
        headers = {
            "content-type": problems.CONTENT_TYPE,
            "content-length": str(len(body)),
            "x-request-id": request_id,
            "connection": "close",
            **error.headers,
        }
        head = [f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        self.transport.write("\r\n".join([*head, "", ""]).encode("ascii") + body)
        self.transport.close()
