"""Which files may be attached (product rules §7, §8): judged by content, never by name alone.

Extension, content and, where it says anything, the declared type must agree. The list is an allow-list: what
is not
recognised is refused, and so is what a browser or a shell would run, under whatever extension it hides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import quote

from helpdesk.core.errors import UnsupportedType
from helpdesk.domain._filetext import check_text

HEAD_BYTES = 64 * 1024
"""How much of the beginning of a file `sniff` wants to see."""

MAX_NAME = 255

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "webp": "image/webp",
        "pdf": "application/pdf",
        "txt": "text/plain",
        "log": "text/plain",
        "csv": "text/csv",
        "md": "text/markdown",
        "json": "application/json",
        "doc": "application/msword",
        "xls": "application/vnd.ms-excel",
        "ppt": "application/vnd.ms-powerpoint",
        "docx": _OFFICE + "wordprocessingml.document",
        "xlsx": _OFFICE + "spreadsheetml.sheet",
        "pptx": _OFFICE + "presentationml.presentation",
        "odt": _ODF + "text",
        "ods": _ODF + "spreadsheet",
        "odp": _ODF + "presentation",
        "zip": "application/zip",
        "7z": "application/x-7z-compressed",
        "gz": "application/gzip",
        "eml": "message/rfc822",
        "msg": "application/vnd.ms-outlook",
        "mp4": "video/mp4",
        "webm": "video/webm",
        "mov": "video/quicktime",
    }
)
"""The allowed extensions and the type that each is stored and served as."""

INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""The only types that a page may show as a picture; everything else is a download."""

TEXT_EXTENSIONS = frozenset({"txt", "log", "csv", "md", "json", "eml"})

# What browsers, mail programs and curl declare for these files besides the type itself.
_TEXT_TYPES = {CONTENT_TYPES[name] for name in TEXT_EXTENSIONS}
_ALSO_DECLARED: Mapping[str, frozenset[str]] = {
    "csv": frozenset({"application/vnd.ms-excel"}),
    **{name: frozenset({"application/zip"}) for name in ("docx", "xlsx", "pptx", "odt", "ods", "odp")},
    **{name: frozenset({"video/mp4", "video/quicktime"}) for name in ("mp4", "mov")},
}
_ACTIVE = re.compile(
    r"html|svg|xml(?!formats)|script|x-sh\b|x-csh|php|python|perl|msdownload|dosexec|executable|wasm|java"
)


def extension(filename: str) -> str:
    """Return what follows the last dot, in lower case; empty without one."""
    stem, dot, last = filename.rpartition(".")
    return last.lower() if dot and stem else ""


def clean_filename(name: str) -> str:
    """Return `name` as it may be stored and shown: NFC, without path, control or invisible characters, at
    most 255 long.

    The extension survives the shortening. Never empty. The result is still only a label: it is never used as
    a path.
    """
    name = unicodedata.normalize("NFC", name)
    name = re.split(r"[/\\]", name)[-1]
    # invisible characters go before anything is decided by the name, else they would hide an extension from
    # the check
    name = "".join(_visible(character) for character in name)
    name = unicodedata.normalize("NFC", name).strip(" .")
    if not name:
        return "file"
    if len(name) <= MAX_NAME:
        return name
    stem, dot, last = name.rpartition(".")
    if not dot or len(last) > 20:
        return name[:MAX_NAME].rstrip(" .")
    return stem[: MAX_NAME - len(last) - 1].rstrip(" .") + dot + last


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return ""
    return " " if category[0] == "Z" else character


def content_disposition(filename: str) -> str:
    """Return the header value that makes a browser save the file under this name (RFC 6266, RFC 8187)."""
    name = clean_filename(filename)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()+-]", "_", plain, flags=re.ASCII)
    return f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"


def sniff(filename: str, head: bytes, declared: str | None = None) -> str:
    """Return the content type of a file from its cleaned name, its first `HEAD_BYTES` bytes and what the
    sender declared.

    Raises `UnsupportedType` where the extension is not allowed, where content or declared type contradict it,
    and for
    SVG, HTML, scripts and executables under any name.
    """
    kind = extension(filename)
    content_type = CONTENT_TYPES.get(kind)
    if content_type is None:
        allowed = ", ".join(CONTENT_TYPES)
        raise UnsupportedType(
            f"This kind of file can't be attached. Allowed are: {allowed}.", allowed=allowed
        )
    _check_declared(kind, content_type, declared)
    if kind in TEXT_EXTENSIONS:
        check_text(kind, head, whole=len(head) < HEAD_BYTES)
    elif not _SIGNATURES[kind](head):
        raise UnsupportedType(f"The content of this file is not what its name says ({kind}).")
    elif content_type in INLINE_TYPES and _MARKUP.search(head):
        raise UnsupportedType("This picture contains a script or a web page.")
    return content_type


def _check_declared(kind: str, content_type: str, declared: str | None) -> None:
    """A known type that contradicts the extension is refused; vague and unknown ones say nothing."""
    said = (declared or "").split(";")[0].strip().lower()
    if said in ("", "application/octet-stream", "binary/octet-stream", content_type):
        return
    if (kind in TEXT_EXTENSIONS and said in _TEXT_TYPES) or said in _ALSO_DECLARED.get(kind, ()):
        return
    if said in CONTENT_TYPES.values() or _ACTIVE.search(said):
        raise UnsupportedType(f"The file was sent as {said[:80]}, but its name says {kind}.")


# In a picture these can only be there to be run by something that takes it for another kind of file.
_MARKUP = re.compile(rb"<(?:script|\?php|svg|html|iframe|!doctype)[\s>/]", re.IGNORECASE)


def _png(head: bytes) -> bool:
    return head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR"


def _jpeg(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff") and head[3:4] >= b"\xc0" and head[3:4] != b"\xff"


def _gif(head: bytes) -> bool:
    if head[:6] not in (b"GIF87a", b"GIF89a") or len(head) < 14:
        return False
    # the first block must stand where the colour table ends: "GIF89a=alert(1)//" has none there
    flags = head[10]
    table = 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
    return head[13 + table : 14 + table] in (b"\x21", b"\x2c", b"\x3b")


def _webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP" and head[12:16] in (b"VP8 ", b"VP8L", b"VP8X")


def _pdf(head: bytes) -> bool:
    return re.match(rb"%PDF-[12]\.\d", head) is not None


def _ole(head: bytes) -> bool:
    return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def _zip(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _ooxml(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and not head[30:].startswith(b"mimetype")


def _odf(kind: str) -> Callable[[bytes], bool]:
    wanted = b"mimetype" + CONTENT_TYPES[kind].encode()

    def matches(head: bytes) -> bool:
        return head.startswith(b"PK\x03\x04") and head[30:].startswith(wanted)

    return matches


_STILL_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx ", b"jp2 ", b"jxl "}


def _mp4(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS | {b"qt  "}


def _mov(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return head[8:12] not in _STILL_BRANDS
    return head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


def _webm(head: bytes) -> bool:
    return (
        head.startswith(b"\x1aE\xdf\xa3")
        and re.search(rb"\x42\x82.{1,8}?webm", head[:64], re.DOTALL) is not None
    )


_SIGNATURES: Mapping[str, Callable[[bytes], bool]] = {
    "png": _png,
    "jpg": _jpeg,
    "jpeg": _jpeg,
    "gif": _gif,
    "webp": _webp,
    "pdf": _pdf,
    **dict.fromkeys(("doc", "xls", "ppt", "msg"), _ole),
    **dict.fromkeys(("docx", "xlsx", "pptx"), _ooxml),
    **{kind: _odf(kind) for kind in ("odt", "ods", "odp")},
    "zip": _zip,
    "7z": lambda head: head.startswith(b"7z\xbc\xaf\x27\x1c"),
    "gz": lambda head: head.startswith(b"\x1f\x8b\x08"),
    "mp4": _mp4,
    "mov": _mov,
    "webm": _webm,
}
