"""``python -m crmsolid.serving``: the web, in as many processes as ``CRMSOLID_WEB_PROCESSES`` says."""

import argparse
import os
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

from crmsolid.serving.listening import CannotListen, listen
from crmsolid.serving.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Listen and serve. Returns the exit status: 1 if it cannot listen, or a setting is invalid, after a line on
    standard error that says why."""
    parser = argparse.ArgumentParser(prog="python -m crmsolid.serving", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one (8000)")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    try:
        return serve(listen(options.host, options.port))
    except (CannotListen, ImproperlyConfigured) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # during the start; after it, the server handles the signal itself
        return 130


if __name__ == "__main__":
    sys.exit(main())
