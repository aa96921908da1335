"""The command ``crmsolid`` itself: its global options, its groups, and how it ends."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from .._version import __version__
from ..errors import CrmSolidError
from .broadcasts import broadcasts
from .completion import completion
from .contacts import contacts
from .context import App, UnfinishedWriteError
from .errors import INTERRUPTED, PIPE_CLOSED, print_usage_error, report
from .events import events
from .files import files
from .jobs import jobs
from .login import login, logout
from .messages import messages, send
from .output import PipeClosed, discard_stdout, note
from .segments import segments
from .sequences import enrollments, sequences
from .webhooks import webhooks
from .workspace import accounts, me

EXIT_CODES = """\b
Exit codes:
  0    done
  1    refused by the API, failed, or no connection
  2    wrong usage
  3    no API key, or the key is not accepted
  130  interrupted with Ctrl-C
  141  whoever read the output has closed it"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="crmsolid")
@click.option("--url", envvar="CRMSOLID_URL", show_envvar=True, help="The address of your CRM Solid.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Read the API key from this file; - is standard input. Otherwise it comes from CRMSOLID_KEY.",
)
@click.option("--allow-http", is_flag=True, help="Send the key unencrypted to another machine of a private network.")
@click.pass_context
def cli(context: click.Context, url: str | None, key_file: Path | None, allow_http: bool) -> None:
    """Use CRM Solid from the command line.

    The API key comes from the environment variable CRMSOLID_KEY, from a file, or from `crmsolid login`. It is never an
    argument, because every user of the machine can see the arguments of a process.

    \b
    Example:
      export CRMSOLID_KEY=cs_live_... CRMSOLID_URL=https://crm.example.com
      crmsolid send --account 7421 --to @sarah_miller "Hi Sarah"
    """
    context.obj = App(url=url, key_file=key_file, allow_http=allow_http)
    context.call_on_close(context.obj.close)


for command in (
    login,
    logout,
    me,
    send,
    contacts,
    accounts,
    messages,
    files,
    sequences,
    enrollments,
    broadcasts,
    segments,
    events,
    jobs,
    webhooks,
    completion,
):
    cli.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command, say on standard error what went wrong, and return the exit code."""
    try:
        _check_encoding(sys.argv[1:] if arguments is None else arguments)
        code = cli.main(args=arguments, prog_name="crmsolid", standalone_mode=False)
        with contextlib.suppress(ValueError):  # standard output was closed before the start
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        note(error.format_message())
        return error.exit_code
    except click.ClickException as error:
        return print_usage_error(error)
    except (click.Abort, KeyboardInterrupt):
        note("Interrupted.")
        return INTERRUPTED
    except (PipeClosed, BrokenPipeError):
        discard_stdout()
        return PIPE_CLOSED
    except (CrmSolidError, OSError, UnfinishedWriteError) as error:
        return report(error)


def _check_encoding(arguments: Sequence[str]) -> None:
    """Bytes that are no text are surrogates in the arguments, which cannot be sent."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise click.UsageError(f"The argument {argument!a} is no text in the encoding of the locale.") from None
