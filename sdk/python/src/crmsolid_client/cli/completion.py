"""``crmsolid completion``: the scripts that complete commands and options with the Tab key."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from .output import write


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    Example, for bash (4.4 or later); zsh and fish likewise:
      crmsolid completion bash > ~/.local/share/bash-completion/completions/crmsolid
    """
    kind = get_completion_class(shell)
    assert kind is not None  # the three shells of the choice are those of click
    root = context.find_root()
    completer = kind(root.command, {}, "crmsolid", "_CRMSOLID_COMPLETE")
    write(ShellComplete.source(completer))  # bash's own method starts a bash first, to warn about an old one
    write("\n")
