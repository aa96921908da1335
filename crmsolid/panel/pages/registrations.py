"""What the panel, which is loaded in every process, has loaded with it, and the signals of Django that it follows."""

import crmsolid.celery  # noqa: F401 - makes its application the one that tasks and the doorbell use
from crmsolid import plans  # noqa: F401 - declares subscription.upgraded
from crmsolid.panel.account import sign_in_log
from crmsolid.panel.pages import audit_log  # noqa: F401 - registers its page

sign_in_log.connect()
