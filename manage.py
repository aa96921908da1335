#!/usr/bin/env python
"""Django's command line for CRM Solid."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "DATABASE_URL" not in settings.LOCAL_SERVERS or "Is the server running" not in str(error):
            raise
        sys.exit(f"no PostgreSQL runs in {settings.DATA_DIR}: start it with `make run`, or set DATABASE_URL")


if __name__ == "__main__":
    main()
