"""Writes events as web processes do: ``count`` events for each line ``workspace count`` on its input."""

import sys


def main() -> None:
    import django

    from bench.webhooks import write_events

    django.setup()
    from crmsolid.workspaces.models import Workspace

    write_events(Workspace.objects.get(slug="bench").pk, 100)  # connects and prepares the statements
    print("ready", flush=True)
    for line in sys.stdin:
        workspace_id, count = map(int, line.split())
        write_events(workspace_id, count)


if __name__ == "__main__":
    main()
