"""The look of a mail: what `_mails` wrote, poured into one HTML page and one plain text."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """One event.

    Every string is plain text and is escaped where it is shown; `quote` keeps its line breaks.
    """

    headline: str
    url: str
    title: str = ""
    lead: Sequence[str] = ()
    quote: str = ""
    quote_by: str = ""
    internal: bool = False
    files: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    buttons: Sequence[Button] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a mail about many."""

    number: str
    title: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class MailPage:
    subject: str
    label: str
    preheader: str
    sections: Sequence[Section]
    footer: str
    rows: Sequence[Row] = ()
    all_label: str = ""
    all_url: str = ""


def render(mail: MailPage) -> tuple[str, str]:
    """Return the mail as plain text and as HTML."""
    html = _environment(True).get_template("mail.html").render(mail=mail)
    text = _environment(False).get_template("mail.txt").render(mail=mail)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html


@functools.cache
def _environment(html: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast("dict[str, Any]", made.filters).update(lines=_lines, quoted=_quoted)  # pyright: ignore[reportUnknownMemberType]
    return made


def _lines(text: str) -> Markup:
    """Escaped, with line breaks and runs of blanks as they were typed."""
    kept = [re.sub("  +", lambda blanks: "\xa0" * len(blanks[0]), line) for line in text.splitlines()]
    return Markup("<br>\n").join(escape(line) for line in kept)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
