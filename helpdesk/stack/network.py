"""Local TCP ports."""

import socket

from helpdesk.stack.process import PartFailed

_PORTS_TRIED = 100


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now; lingering connections of an earlier one do not count."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return not answers(host, port)


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there. A wildcard address is asked at its loopback."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (asked, not bound)
    try:
        with socket.create_connection((target, port), timeout=1):
            return True
    except OSError:
        return False


def free_port(preferred: int | None = None) -> int:
    """Return `preferred` if it is free on the loopback, else a free port that the system picks."""
    if preferred and is_free("127.0.0.1", preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_port_from(host: str, port: int, or_next: bool) -> int:
    """Return `port`, with `or_next` the first free one from there on. Raises PartFailed when it is in use."""
    for candidate in range(port, port + (_PORTS_TRIED if or_next else 1)):
        if is_free(host, candidate):
            return candidate
    raise PartFailed(f"web: port {port} on {host} is in use; choose another with --port")
