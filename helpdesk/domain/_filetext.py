"""The text files among the attachments: really text, and nothing that a browser or a shell would run."""

from __future__ import annotations

import codecs
import re

from helpdesk.core.errors import UnsupportedType

# Line ends, tab, form feed, and what coloured terminal logs contain (bell, backspace, escape).
_CONTROL = re.compile("[\x00-\x06\x0b\x0e-\x1a\x1c-\x1f]")

# What may stand before the first element of a page: white space, comments, an XML or document type
# declaration.
_PREAMBLE = re.compile(
    r"(?:\s|<!--.*?-->|<\?xml.*?\?>|<!doctype(?!\s+(?:html|svg))[^>\[]*(?:\[.*?\]\s*)?>)*",
    re.IGNORECASE | re.DOTALL,
)

# Elements that make a browser take a text for a page; any name space prefix.
_PAGE = re.compile(
    r"<(?:!doctype\s+(?:html|svg)|\?php|\?=|%|(?:[\w.-]+:)?(?:html|head|body|script|svg|iframe|frameset|object|embed|"
    r"applet|meta|title|style|link|base|form|math)(?=[\s>/]))",
    re.IGNORECASE,
)
# In Markdown these begin many honest files, elsewhere only pages.
_PAGE_PART = re.compile(
    r"<(?:h[1-6]|div|font|table|a|b|br|p|img|video|audio|input|button|span)(?=[\s>/])", re.IGNORECASE
)
_UNFINISHED = re.compile(r"<(?:!--|\?xml|!doctype)", re.IGNORECASE)
_SCRIPT = re.compile(r"#!|@echo\b|#requires\b|<job\b|<package\b|%!ps", re.IGNORECASE)
_OTHER = re.compile(r"%PDF-|GIF8[79]a|\{\\rtf")
_JSON = re.compile(r"""[\[{"\-0-9]|true|false|null""")
_MAIL = re.compile(r"(?:From [^\r\n]+\r?\n|>From [^\r\n]+\r?\n)?[!-9;-~]+:[ \t]*[^\r\n]*(?:\r?\n|$)")


def check_text(kind: str, head: bytes, *, whole: bool) -> None:
    """Return when `head` begins a text of this extension; `whole`: it is the entire file.

    Raises `UnsupportedType` for binary content, pages, SVG and scripts, also behind a byte order mark, white
    space,
    comments or in UTF-16.
    """
    text = _decode(head)
    if text is None or _CONTROL.search(text):
        raise UnsupportedType(f"This file is not text, as its name says ({kind}).")
    body = text.lstrip("\ufeff \t\r\n\f")
    if not body and not whole:
        raise UnsupportedType("This file begins with too much white space to be checked.")
    if _OTHER.match(body):
        raise UnsupportedType(f"This file is not text, as its name says ({kind}).")
    if _SCRIPT.match(body):
        raise UnsupportedType("Scripts can't be attached.")
    root = _PREAMBLE.sub("", body, count=1)
    # a comment that never ends within the part that can be seen may hide anything
    unfinished = not whole and (not root or _UNFINISHED.match(root))
    page = _PAGE.match(root) or (kind != "md" and _PAGE_PART.match(root))
    if page or (unfinished and body.startswith("<")):
        raise UnsupportedType("Web pages and SVG pictures can't be attached.")
    if kind == "json" and not _JSON.match(body):
        raise UnsupportedType("This file is not JSON, as its name says.")
    if kind == "eml" and not _MAIL.match(body):
        raise UnsupportedType("This file is not a mail, as its name says.")


def _decode(head: bytes) -> str | None:
    """Text in UTF-8, in UTF-16 with its mark, else in Latin-1; None where a declared coding does not hold."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _incremental("utf-16", head)
    if head.startswith(codecs.BOM_UTF8):
        return _incremental("utf-8-sig", head)
    text = _incremental("utf-8", head)
    return text if text is not None else head.decode("latin-1")


def _incremental(encoding: str, head: bytes) -> str | None:
    try:
        # not final: the last character may go on behind the head
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeError:
        return None
