"""``python -m crmsolid_client.cli``, where the console script is not on the path."""

from . import main

main()
