"""Build step: one front end for every address. The addresses that the framework bakes in become the page's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reflex_base.plugins import Plugin

_ADDRESS = re.compile(r"""(["'`])(http|ws)s?://[^/"'`]+(/[^"'`]*)\1""")


class SameOriginPlugin(Plugin):
    """Rewrites `ws://host:port/_event` in the built environment chunk to the origin that served the page."""

    def post_build(self, **context: Any) -> None:
        """Raises RuntimeError where the chunk isn't found or looks different: a build with a wrong host is worse."""
        static_dir = Path(context["static_dir"])
        chunks = list(static_dir.glob("**/assets/reflex-env-*.js"))
        if not chunks:
            raise RuntimeError("the build has no environment chunk any more")
        for chunk in chunks:
            rewritten, count = _ADDRESS.subn(_own_origin, chunk.read_text(encoding="utf-8"))
            if not count:
                raise RuntimeError(f"{chunk.name} holds no address any more")
            chunk.write_text(rewritten, encoding="utf-8")


def _own_origin(match: re.Match[str]) -> str:
    scheme, path = match[2], match[3]
    origin = "location.origin.replace(/^http/,'ws')" if scheme == "ws" else "location.origin"
    return f"(globalThis.location?{origin}:'{scheme}://localhost')+'{path}'"
