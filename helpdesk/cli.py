"""The `helpdesk` command (product rules §9).

Each command reads the settings, does one thing and ends with 0, or says in one sentence what is wrong and ends
with 1. Commands import what they need when they run: most of them need not load the application.
"""

import argparse
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from helpdesk.core.config import PREFIX, PROJECT, Settings, SettingsError, get_settings, reset_settings
from helpdesk.core.errors import DomainError
from helpdesk.core.log import configure_logging
from helpdesk.domain.enums import SELECTABLE_ROLES
from helpdesk.stack.process import PartFailed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    if "data" in options:
        os.environ[PREFIX + "DATA"] = str(Path(options.data).absolute())
    try:
        settings = _settings(attach=options.attach)
        configure_logging(settings, logging.WARNING)  # an answer, not a log
        return int(options.run(options, settings))
    except (SettingsError, PartFailed, DomainError) as error:
        print(f"helpdesk: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"helpdesk: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _settings(*, attach: bool) -> Settings:
    """Return the settings; with `attach`, addresses that are not set are those of the running stack."""
    settings = get_settings()
    if not attach:
        return settings
    from helpdesk.stack.folder import DataFolder

    unset = {name for name in Settings.model_fields if name not in settings.model_fields_set}
    for name, value in DataFolder(settings.data).addresses().items():
        if name.removeprefix(PREFIX).lower() in unset:
            os.environ[name] = value
    reset_settings()
    return get_settings()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="helpdesk", description="An internal helpdesk.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[..., int], text: str, *, attach: bool = True
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        _data(made)
        made.set_defaults(run=run, attach=attach)
        return made

    up = command(
        "up", _up, "start everything that no URL in the settings replaces, until Ctrl-C", attach=False
    )
    _listen(up)
    up.add_argument("--demo", action="store_true", help="with the demo company, in development only")

    _listen(command("web", _web, "the web server alone: UI, API and websocket on one port"))
    worker = command("worker", _worker, "a worker for background jobs alone")
    worker.add_argument("--workers", type=_positive, default=2, help="processes (default: 2)")
    command("beat", _beat, "the clock of the periodic jobs alone")
    command("migrate", _migrate, "bring the database to the newest version")
    command("build", _build, "compile the browser's part if its sources changed", attach=False)
    command("check", _check, "settings, connections, migrations and integrity: each ok, or what is wrong")

    _people(command("user", _user, "people, from the shell"))

    _amounts(command("seed", _seed, "data to try it with, in development only"))
    return parser


def _amounts(seed: argparse.ArgumentParser) -> None:
    what = seed.add_mutually_exclusive_group(required=True)
    what.add_argument("--demo", action="store_true", help="the demo company, made once")
    what.add_argument(
        "--tickets", type=_positive, metavar="N", help="so many tickets of three years, for load tests"
    )
    seed.add_argument("--users", type=_positive, metavar="N", help="who ask (default: one for 100 tickets)")
    seed.add_argument("--agents", type=_positive, metavar="N", help="who help (default: one for 5000)")
    seed.add_argument("--seed", type=int, default=1, metavar="N", help="another number makes other data")
    seed.add_argument("--add", action="store_true", help="also where there are tickets already")


def _data(command: argparse.ArgumentParser) -> None:
    # no default: that of an inner command would hide what was given to the outer one
    command.add_argument(
        "--data", metavar="DIR", default=argparse.SUPPRESS, help=f"the data folder (also {PREFIX}DATA)"
    )


def _people(user: argparse.ArgumentParser) -> None:
    actions = user.add_subparsers(required=True, dest="action", metavar="ACTION")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=text, description=text)
        _data(made)
        return made

    create = action("create", "add a person; the password is asked for, or read from standard input")
    create.add_argument("email")
    create.add_argument("--name", required=True)
    create.add_argument("--role", choices=sorted(SELECTABLE_ROLES), default="client")
    create.add_argument("--no-password", action="store_true", help="they can't sign in until one is set")
    action("set-password", "give a person another password, and end their sessions").add_argument("email")
    shown = action("list", "show people: number, address, role, state, name")
    shown.add_argument("--role", choices=sorted(SELECTABLE_ROLES))


def _listen(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    command.add_argument(
        "--port",
        type=_port,
        default=(8000, False),
        help="8000, or 8000+ for the first free one from there on",
    )
    command.add_argument(
        "--workers", type=_positive, default=1, metavar="N", help="web processes (default: 1)"
    )


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _port(text: str) -> tuple[int, bool]:
    if not (match := re.fullmatch(r"(\d{1,5})(\+?)", text)) or not 0 < int(match[1]) < 65536:
        raise argparse.ArgumentTypeError("must be a port, or a port and a plus sign")
    return int(match[1]), bool(match[2])


def _up(options: argparse.Namespace, _settings: Settings) -> int:
    from helpdesk.stack.up import up

    port, or_next = options.port
    return up(options.host, port, or_next=or_next, demo=options.demo, processes=options.workers)


def _web(options: argparse.Namespace, settings: Settings) -> int:
    from helpdesk.stack import commands, frontend
    from helpdesk.stack.network import free_port_from

    if not frontend.is_built():
        raise PartFailed("web: the front end is not built, or not from these sources; run `helpdesk build`")
    port = free_port_from(options.host, *options.port)
    _become(commands.web(options.host, port, options.workers), commands.web_environment(settings))


def _worker(options: argparse.Namespace, _settings: Settings) -> int:
    from helpdesk.stack import commands

    _become(commands.worker(options.workers))


def _beat(_options: argparse.Namespace, settings: Settings) -> int:
    from helpdesk.stack import commands

    _become(commands.beat(settings.data))


def _become(command: list[str], environment: dict[str, str] | None = None) -> NoReturn:
    """Replace this process, so that signals reach the program itself."""
    os.chdir(PROJECT)
    os.environ.update(environment or {})
    os.execv(command[0], command)  # noqa: S606 (the command is ours)


def _migrate(_options: argparse.Namespace, _settings: Settings) -> int:
    from helpdesk.stack import migrations

    logging.getLogger("alembic.runtime.migration").setLevel(logging.INFO)
    migrations.upgrade()
    print(f"the database is at version {migrations.versions()[0]}")
    return 0


def _build(_options: argparse.Namespace, _settings: Settings) -> int:
    from helpdesk.stack import frontend

    print("front end: built" if frontend.build() else "front end: unchanged")
    return 0


def _check(_options: argparse.Namespace, settings: Settings) -> int:
    from helpdesk.stack.checks import run_checks

    return run_checks(settings, print)


def _seed(options: argparse.Namespace, settings: Settings) -> int:
    if settings.production:
        raise PartFailed(f"made-up data is for development, and {PREFIX}ENV is production")
    if options.tickets:
        from helpdesk.seed.bulk.load import seed

        seed(options.tickets, options.users, options.agents, number=options.seed, add=options.add, say=_say)
        return 0
    from helpdesk.seed.demo import ensure_demo

    print("demo company: made" if ensure_demo() else "demo company: there already")
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


def _user(options: argparse.Namespace, _settings: Settings) -> int:
    from helpdesk import cli_user

    if options.action == "create":
        return cli_user.create(
            options.email, options.name, options.role, with_password=not options.no_password
        )
    if options.action == "set-password":
        return cli_user.set_password(options.email)
    return cli_user.show(options.role)
