"""Every command of docs/audiences.md works as it is pasted."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from contacts.models import Segment
from contacts.services import upsert_contact
from crmsolid.workspaces.models import Job
from tests.tenants import Tenants


@pytest.mark.django_db(transaction=True)
def test_commands_of_the_page_work(tenants: Tenants, live_server: Any) -> None:
    upsert_contact(tenants.actor(), {"username": "anna", "tags": ["vip"]})
    page = Path(settings.BASE_DIR, "docs/audiences.md").read_text()
    first, *blocks = re.findall(r"^```sh\n(.+?)^```", page, re.M | re.S)
    assert first == "export CRMSOLID_KEY=cs_live_…\nexport CRMSOLID_URL=http://localhost:8000\n"
    script = "set -euo pipefail\n" + "".join(blocks).replace("curl -s", "curl --fail-with-body -s")
    environment = {
        "CRMSOLID_KEY": tenants.key(),
        "CRMSOLID_URL": live_server.url,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }
    ran = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"count":1,"sample":[' in ran.stdout and '"holds":true' in ran.stdout
    assert not Segment.unscoped.exists()
    assert Job.unscoped.get().total == 1
