"""What the Schemathesis command line loads: its requests name objects that exist, and a valid request is accepted
unless the document cannot tell that it is refused."""

import json
import os
from typing import Any

import schemathesis
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.openapi.generated import IDS_VARIABLE, is_beyond_the_schema, replace_unusable_values

EXISTING_IDS = json.loads(os.environ[IDS_VARIABLE])


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    # What is deleted is missed by all later requests, and a stateful test passes on the ids that it has received.
    keeps_ids = case.method == "DELETE" or (case.meta and case.meta.phase.name == TestPhase.STATEFUL)
    replace_unusable_values(case, {} if keeps_ids else EXISTING_IDS)


@schemathesis.check
def valid_request_acceptance(ctx: Any, response: Any, case: Any) -> None:
    if not is_beyond_the_schema(case, response):
        positive_data_acceptance(ctx, response, case)
