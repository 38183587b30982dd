"""Logging: one line a record, as text or JSON, without secrets and without characters that could forge one.

A filter on a parent logger does not see the records of its children, and libraries log cookies and passwords
(reflex whole events, celery its broker). So the record factory cleans each record, whoever handles it.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from helpdesk.core.config import Settings

_NAMES = (
    r"cookie|set-cookie|authorization|proxy-authorization|x-api-key|api[_-]?key|"
    r"[\w-]*password|passwd|pwd|[\w-]*token|[\w-]*secret(?:[_-]?key)?|session[_-]?id"
)
_RULES = (
    # 'cookie': 'a=b', "password": "…", (b'authorization', b'Bearer …')
    (re.compile(rf"(?i)(['\"](?:{_NAMES})['\"]\s*[:=,]\s*b?)(['\"])(?:\\.|(?!\2).)*\2"), r"\1\2[redacted]\2"),
    # cookie='a=b', password="…"
    (re.compile(rf"(?i)(\b(?:{_NAMES})\s*[:=]\s*b?)(['\"])(?:\\.|(?!\2).)*\2"), r"\1\2[redacted]\2"),
    # Cookie: a=b; c=d … up to the end of the line
    (
        re.compile(
            r"(?im)(\b(?:set-cookie|cookie|authorization|proxy-authorization)\s*:\s*)(?!['\"]|b['\"])[^\r\n]+"
        ),
        r"\1[redacted]",
    ),
    # password=…, ?token=…, secret: …
    (re.compile(rf"(?i)(\b(?:{_NAMES})\s*[:=]\s*)(?!['\"\[]|b['\"])[^\s&,;'\"}}\])]+"), r"\1[redacted]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}"), r"\1 [redacted]"),
    # scheme://user:password@host
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@:'\"]*:[^\s/@'\"]*@"), r"\1[redacted]@"),
    # the shapes of a personal token and of a JWT, wherever they stand
    (re.compile(r"\bhd_[\w-]{20,}"), "[redacted]"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+"), "[redacted]"),
)
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(text: str) -> str:
    """Return `text` with the values of cookies, authorizations, passwords, tokens and secrets replaced."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def escape(text: str) -> str:
    """Return `text` with control, bidirectional and surrogate characters escaped: one record, one line."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class _Record(logging.LogRecord):
    def getMessage(self) -> str:  # noqa: N802 (the name of the standard library)
        try:
            text = super().getMessage()
        except (TypeError, ValueError):
            # a broken call to the logger must not break the caller, and must not print its arguments either
            text = str(self.msg)
        return escape(redact(text))


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = (
            datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
        )
        more = "".join(f" {key}={_plain(key, value)}" for key, value in _extra(record).items())
        line = f"{moment} {record.levelname:<7} {record.name}: {record.getMessage()}{more}"
        # indented, so that a line that begins with a time is always a record of its own
        return "\n".join([line, *("    " + part for part in _trace(record))])


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        body: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        body |= {key: _plain(key, value) for key, value in _extra(record).items()}
        if trace := _trace(record):
            body["trace"] = "\n".join(trace)
        return json.dumps(body, ensure_ascii=True)


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {
        key: value for key, value in vars(record).items() if key not in _STANDARD and not key.startswith("_")
    }


def _plain(key: str, value: Any) -> Any:
    if re.fullmatch(rf"(?i)(?:{_NAMES})", key):
        return "[redacted]"
    return value if isinstance(value, int | float | bool | None) else escape(redact(str(value)))


def _trace(record: logging.LogRecord) -> list[str]:
    if not record.exc_info or record.exc_info[0] is None:
        return []
    return [
        escape(redact(line)) for line in "".join(traceback.format_exception(*record.exc_info)).splitlines()
    ]


def configure_logging(settings: Settings, level: int = logging.INFO) -> None:
    """Send all records to standard error in the format of the settings; safe to call again."""
    logging.setLogRecordFactory(_Record)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if settings.log_format == "json" else _Text())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
