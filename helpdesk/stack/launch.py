"""Set up a child process, then become its program: `launch.py --parent PID [options] -- PROGRAM ARG…`.

A program of its own rather than a `preexec_fn`, which may deadlock in a process with threads. Nothing but the
standard library, so that it costs milliseconds.

* `--parent PID`: on Linux the child gets `--death-signal` when that process dies, also by `kill -9`.
* `--user UID GID`: become that user. `--own-namespace`: enter a user namespace without a root.
  PostgreSQL refuses to run as root; either makes it run for root.
"""

import argparse
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, default=signal.SIGTERM)
    parser.add_argument("--user", type=int, nargs=2, metavar=("UID", "GID"))
    parser.add_argument("--own-namespace", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:]

    if options.user:
        uid, gid = options.user
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if options.own_namespace and libc.unshare(_CLONE_NEWUSER) != 0:
            sys.exit(f"unshare: {os.strerror(ctypes.get_errno())}")
        # last: a change of user or namespace clears it
        libc.prctl(_PR_SET_PDEATHSIG, options.death_signal, 0, 0, 0)
        if os.getppid() != options.parent:
            sys.exit("the parent is gone")
    os.execvp(command[0], command)  # noqa: S606 (to become the program is the point)


if __name__ == "__main__":
    main()
