"""The command ``crmsolid`` itself: its global options, its groups, and how it ends."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from click.core import ParameterSource

from .._version import __version__
from ..errors import CrmSolidError
from .analytics import analytics
from .api import api
from .broadcasts import broadcasts
from .completion import completion
from .contacts import contacts
from .context import App, UnfinishedWriteError
from .errors import INTERRUPTED, PIPE_CLOSED, print_usage_error, report
from .events import events
from .files import files
from .jobs import jobs
from .kept_login import read_logins
from .login import login, logout, profiles
from .messages import messages, send
from .output import PipeClosed, discard_stdout, note
from .segments import segments
from .sequences import enrollments, sequences
from .threads import threads
from .webhooks import webhooks
from .workspace import accounts, me

EXIT_CODES = """\b
Exit codes:
  0    done
  1    refused by the API, failed, or no connection
  2    wrong usage
  3    no API key, or the key is not accepted
  4    not done yet: it waits for an approval
  130  interrupted with Ctrl-C
  141  whoever read the output has closed it"""


def _complete_profile(context: click.Context, parameter: click.Parameter, beginning: str) -> list[str]:
    with contextlib.suppress(CrmSolidError):
        return [name for name in read_logins() if name.startswith(beginning)]
    return []


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="crmsolid")
@click.option("--url", envvar="CRMSOLID_URL", show_envvar=True, help="The address of your CRM Solid.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Read the API key from this file; - is standard input. Otherwise it comes from CRMSOLID_KEY.",
)
@click.option(
    "--profile",
    envvar="CRMSOLID_PROFILE",
    show_envvar=True,
    shell_complete=_complete_profile,
    help="The address and the key that `crmsolid login` has kept under this name.",
)
@click.option("--allow-http", is_flag=True, help="Send the key unencrypted to another machine of a private network.")
@click.pass_context
def cli(context: click.Context, url: str | None, key_file: Path | None, profile: str | None, allow_http: bool) -> None:
    """Use CRM Solid from the command line.

    The API key comes from the environment variable CRMSOLID_KEY, from a file, or from `crmsolid login`. It is never an
    argument, because every user of the machine can see the arguments of a process.

    \b
    Example:
      export CRMSOLID_KEY=cs_live_... CRMSOLID_URL=https://crm.example.com
      crmsolid send --account 7421 --to @sarah_miller "Hi Sarah"
    """
    is_url_given = url is not None and context.get_parameter_source("url") is ParameterSource.COMMANDLINE
    if profile and (is_url_given or key_file) and context.invoked_subcommand != "login":
        raise click.UsageError("Give a profile, or an address and a key, not both.")
    context.obj = App(url=url, key_file=key_file, allow_http=allow_http, profile=profile or None)
    context.call_on_close(context.obj.close)


for command in (
    login,
    logout,
    profiles,
    me,
    send,
    contacts,
    accounts,
    threads,
    messages,
    files,
    sequences,
    enrollments,
    broadcasts,
    segments,
    analytics,
    events,
    jobs,
    webhooks,
    api,
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
