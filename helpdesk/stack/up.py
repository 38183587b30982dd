"""`helpdesk up`: the whole product on one machine."""

import contextlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator

from helpdesk.core.config import PREFIX, PROJECT, Settings, get_settings, reset_settings
from helpdesk.integrations.mailbox import start_mailbox
from helpdesk.stack import frontend, parts
from helpdesk.stack.folder import DataFolder
from helpdesk.stack.network import free_port_from
from helpdesk.stack.parts import Plan
from helpdesk.stack.postgres import Cluster
from helpdesk.stack.process import PartFailed, end, spawn, tail
from helpdesk.stack.pulse import Pulse
from helpdesk.stack.supervisor import Stopped, Supervisor, say, stop_on_signals

_OTHER_START_S = 600
_LOOPBACK = "127.0.0.1"


def up(host: str, port: int, *, or_next: bool, demo: bool, processes: int) -> int:
    """Run the stack of the settings' data folder until a signal comes; return the exit code.

    `or_next`: take the first free port from `port` on instead of failing. `processes`: web processes; the
    worker has as many, at least two. Raises PartFailed, with everything stopped again, when a part does not
    come up.
    """
    stop_on_signals()
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # a dozen lines for each mail
    os.umask(0o077)  # what the parts write (uploads, mails, dumps) is nobody else's to read
    settings = get_settings()
    if demo and settings.production:
        raise PartFailed(f"--demo is for development, and {PREFIX}ENV is production")
    folder = DataFolder(settings.data)
    if not folder.lock():
        return _report_other(folder)
    plan = Plan(folder, host, free_port_from(host, port, or_next), demo, processes)
    supervisor = Supervisor(folder, say)
    with contextlib.ExitStack() as after:
        after.callback(folder.unlock)
        after.callback(folder.forget_addresses)
        try:
            folder.set_not_ready()
            _start(plan, supervisor, after)
            supervisor.watch()
        except Stopped as stopped:
            say(f"stopping ({stopped})")
        finally:
            folder.set_not_ready()
            supervisor.stop()
    say("stopped")
    return 0


def _report_other(folder: DataFolder) -> int:
    url = folder.wait_until_ready(_OTHER_START_S)
    if url is None:
        raise PartFailed(f"another start on {folder.path} did not get ready; see {folder.log}")
    say(f"READY {url}")
    return 0


def _start(plan: Plan, supervisor: Supervisor, after: contextlib.ExitStack) -> None:
    began = time.monotonic()
    say(f"helpdesk on {plan.folder.path}")
    supervisor.end_leftovers()
    with _front_end(plan) as front_end_is_built:
        settings = _start_servers(plan, supervisor, after)
        _step(plan, "migrations", "migrate")
        if plan.demo:
            _step(plan, "demo company", "seed", "--demo")
        jobs = [parts.worker(plan), parts.beat(plan)]
        supervisor.start(*jobs)
        front_end_is_built()
    web = parts.web(plan, settings)
    supervisor.start(web)
    supervisor.wait(web, *jobs)
    supervisor.check()
    supervisor.pulse = Pulse(settings)
    plan.folder.set_ready(plan.url)
    say(f"ready in {time.monotonic() - began:.1f} s; Ctrl-C stops it; logs: {plan.folder.log}")
    if plan.demo:
        say(_accounts(settings))
    say(f"READY {plan.url}")


def _start_servers(plan: Plan, supervisor: Supervisor, after: contextlib.ExitStack) -> Settings:
    """Start what no URL replaces; return the settings with the addresses in them."""
    settings = get_settings()
    if not settings.database_url:
        supervisor.start(parts.postgres(plan, Cluster(plan.folder.path / "postgres")))
    if not settings.redis_url:
        supervisor.start(parts.valkey(plan))
    if not settings.smtp_url:
        mailbox = start_mailbox(_LOOPBACK, plan.folder.port("mailbox"), settings.mailbox_folder)
        after.callback(mailbox.stop)
        plan.addresses[PREFIX + "SMTP_URL"] = f"smtp://{_LOOPBACK}:{mailbox.port}"
        say(f"mailbox: ready; {PREFIX}SMTP_URL is not set, so mails stay in {settings.mailbox_folder}")
    if "public_url" not in settings.model_fields_set:
        plan.addresses[PREFIX + "PUBLIC_URL"] = plan.local_url
    supervisor.wait(*supervisor.parts)
    plan.folder.note_port("web", plan.port)
    plan.folder.note_addresses(plan.addresses)
    os.environ.update(plan.addresses)
    reset_settings()
    return get_settings()


@contextlib.contextmanager
def _front_end(plan: Plan) -> Generator[Callable[[], None]]:
    """Build in a process beside the other steps, if there is something new; the value waits for it."""
    if frontend.is_built():
        say("front end: unchanged")
        yield lambda: None
        return
    say("front end: building, which takes a minute or two the first time")
    log, began = plan.log("build"), time.time()
    log.unlink(missing_ok=True)
    process = spawn([sys.executable, "-m", "helpdesk", "build"], log, cwd=PROJECT)

    def built() -> None:
        if process.wait() != 0:
            raise PartFailed(f"front end: not built, see {log}:\n{tail(log)}")
        say(f"front end: built in {log.stat().st_mtime - began:.0f} s")

    try:
        yield built
    finally:
        end(process)


def _step(plan: Plan, title: str, *arguments: str) -> None:
    """Run a `helpdesk` command to its end; a failure shows what it said."""
    began, log = time.monotonic(), plan.log(arguments[0])
    command = [sys.executable, "-m", "helpdesk", *arguments]
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=PROJECT,
            env=plan.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise PartFailed(f"{title}: failed with code {done.returncode}, see {log}:\n{tail(log)}")
    say(f"{title}: done in {time.monotonic() - began:.1f} s")


def _accounts(settings: Settings) -> str:
    from helpdesk.seed.demo import ACCOUNTS

    return f"sign in as {', '.join(ACCOUNTS)} with the password {settings.demo_password}"
