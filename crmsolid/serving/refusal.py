"""The answer of the server to a request that no application gets to see."""

import os

from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.core.http.problem_document import CONTENT_TYPE, document
from crmsolid.serving.interface import EncodedHeaders


def refusal(error: DomainError) -> tuple[int, EncodedHeaders, bytes]:
    """Status, headers and body: a problem document with an id of its own."""
    request_id = os.urandom(16).hex()
    body = strictjson.dumps(document(error, instance="/", request_id=request_id))
    headers = {
        "content-type": CONTENT_TYPE,
        "content-length": str(len(body)),
        "x-request-id": request_id,
        "x-content-type-options": "nosniff",
        **error.headers,
    }
    return error.status, [(name.encode(), value.encode()) for name, value in headers.items()], body
