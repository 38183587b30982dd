"""Mail out: building a message that can't be misused and never loops, and handing it to the SMTP server."""

from __future__ import annotations

import contextlib
import functools
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from helpdesk.core.config import get_settings

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 30.0

_FORBIDDEN = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]{1,200}@[A-Za-z0-9.-]{1,200}>")
# Refusals of us, not of this message: they last until somebody repairs the settings, and then the mail can
# go.
_ABOUT_US = {454, 530, 534, 535, 538}


class MailFailure(Exception):
    """The server did not take the message.

    `permanent`: sending it again is of no use. `reason`: for the log and the notification page, without
    secrets. `server_down`: not this message was refused, the server takes none; another one would fare no
    better now.
    """

    def __init__(self, reason: str, *, permanent: bool, server_down: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.server_down = server_down


@dataclass(frozen=True, slots=True)
class Mail:
    """What goes into a message: `to` is a bare address, `sender` may be `Name <address>` (default: the
    setting).

    `message_id` stays the same when a mail is sent again, so that receivers can drop the second one; `thread`
    are
    the ids of mails before it about the same ticket, oldest first. `list_id` names the ticket queue for
    filters.
    """

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime
    to_name: str = ""
    sender: str = ""
    thread: Sequence[str] = ()
    list_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def build_message(mail: Mail) -> EmailMessage:
    """Return the message, text and HTML.

    It says that a machine wrote it (RFC 3834) in every way that answering machines obey: `Auto-Submitted`,
    Microsoft's `X-Auto-Response-Suppress`, and a `List-Id`, to which vacation scripts don't answer (RFC
    5230). There
    is no `Precedence: bulk`: it adds nothing to these, and some filters file such mail as advertising.

    Raises ValueError for a line break or a control character in any header value, and for what is no address.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(*parseaddr(_clean(mail.sender or get_settings().mail_from)))
    message["To"] = _address(mail.to_name, mail.to)
    message["Subject"] = _clean(mail.subject)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = _id(mail.message_id)
    if mail.thread:
        message["In-Reply-To"] = _id(mail.thread[-1])
        message["References"] = " ".join(_id(one) for one in mail.thread)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if mail.list_id:
        message["List-Id"] = _clean(mail.list_id)
    for name, value in mail.headers.items():
        message[_clean(name)] = _clean(value)
    message.set_content(mail.text, charset="utf-8")
    message.add_alternative(mail.html, subtype="html", charset="utf-8")
    return message


def _clean(value: str) -> str:
    if _FORBIDDEN.search(value):
        raise ValueError("a mail header may not contain line breaks or control characters")
    return value


def _id(value: str) -> str:
    if not _MESSAGE_ID.fullmatch(value):
        raise ValueError("not a Message-ID")
    return value


def _address(name: str, address: str) -> Address:
    local, at, domain = _clean(address).rpartition("@")
    if not (local and at and domain) or re.search(r"[\s,:;<>()\[\]\\\"@]", local + domain):
        raise ValueError("not a mail address")
    return Address(display_name=_clean(name), username=local, domain=domain)


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool


def _server(url: str) -> _Server:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MailFailure("HELPDESK_SMTP_URL is not set", permanent=False, server_down=True)
    tls, user = parts.scheme == "smtps", unquote(parts.username or "")
    usual = 465 if tls else 587 if user else 25
    return _Server(parts.hostname, parts.port or usual, user, unquote(parts.password or ""), tls)


def send(message: EmailMessage, recipients: Sequence[str], url: str | None = None) -> None:
    """Hand the message to the server of `HELPDESK_SMTP_URL` (or `url`) for these addresses; return when it
    took it.

    TLS: from the first byte with `smtps://`; with `smtp://` by STARTTLS where the URL has credentials, which
    are
    never sent in the clear to another machine. The envelope's sender is that of `From`: relays with accounts
    refuse
    an empty one, and bounces shall reach the operators.

    Blocks for at most 30 seconds. Raises `MailFailure`, and nothing else for what a server or a network can
    do.
    """
    server = _server(get_settings().smtp_url if url is None else url)
    with _failures(server), _connected(server) as client:
        sender = parseaddr(str(message["From"]))[1]
        _transmit(client, message, sender, list(recipients))


def _transmit(client: smtplib.SMTP, message: EmailMessage, sender: str, recipients: list[str]) -> None:
    """As `SMTP.send_message`, which would put a ">" before lines that begin with "From "."""
    if all(address.isascii() for address in [sender, *recipients]):
        client.sendmail(sender, recipients, message.as_bytes(policy=SMTP))
        return
    client.ehlo_or_helo_if_needed()
    if not client.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError
    options = ["SMTPUTF8", "BODY=8BITMIME"]
    client.sendmail(sender, recipients, message.as_bytes(policy=SMTP.clone(utf8=True)), mail_options=options)


@contextlib.contextmanager
def _connected(server: _Server) -> Generator[smtplib.SMTP]:
    """A connection that is cut when the total time is over, however slowly the other side drips."""
    if server.tls:
        client: smtplib.SMTP = smtplib.SMTP_SSL(timeout=CONNECT_SECONDS, context=_tls())
    else:
        client = smtplib.SMTP(timeout=CONNECT_SECONDS)
    # the name that a certificate is checked against; smtplib sets it only where it connects at once
    setattr(client, "_host", server.host)  # noqa: B010
    late = threading.Event()
    watchdog = threading.Timer(TOTAL_SECONDS, lambda: (late.set(), _cut(client)))
    watchdog.daemon = True
    watchdog.start()
    try:
        code, greeting = client.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, greeting)
        if client.sock:
            client.sock.settimeout(TOTAL_SECONDS)
        _log_in(client, server)
        yield client
        with contextlib.suppress(OSError, smtplib.SMTPException):
            client.quit()  # the message is taken already, whatever the server answers now
    except (OSError, smtplib.SMTPException, ValueError, AttributeError):
        # cutting a TLS connection under a reader surfaces in many ways
        if late.is_set():
            raise TimeoutError(f"no answer within {TOTAL_SECONDS:.0f} s") from None
        raise
    finally:
        watchdog.cancel()
        client.close()


@functools.cache
def _tls() -> ssl.SSLContext:
    """Made once, and only where it is needed: reading this machine's certificates takes a while."""
    return ssl.create_default_context()


def _cut(client: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, AttributeError):
        if client.sock:
            client.sock.shutdown(socket.SHUT_RDWR)


def _log_in(client: smtplib.SMTP, server: _Server) -> None:
    if not server.user:
        return
    client.ehlo_or_helo_if_needed()
    if not server.tls and client.has_extn("starttls"):
        client.starttls(context=_tls())
        client.ehlo()
    elif not server.tls and not _loopback(client):
        raise MailFailure(
            "The mail server offers no TLS; the password was not sent", permanent=False, server_down=True
        )
    client.login(server.user, server.password)


def _loopback(client: smtplib.SMTP) -> bool:
    peer = client.sock.getpeername()[0] if client.sock else ""
    return peer.startswith("127.") or peer == "::1"


@contextlib.contextmanager
def _failures(server: _Server) -> Generator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        answers: list[tuple[int, bytes]] = list(error.recipients.values())
        raise _refusal(server, *max(answers)) from None
    except smtplib.SMTPConnectError as error:
        # the greeting comes before the message: it says that the server is not in order, never that the mail
        # is wrong
        raise _outage(_words(server, error.smtp_code, error.smtp_error)) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _refusal(server, error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPResponseException as error:
        raise _outage(_words(server, error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPNotSupportedError:
        raise MailFailure("The mail server can't take this address (SMTPUTF8)", permanent=True) from None
    except (OSError, smtplib.SMTPException) as error:
        text = _scrubbed(server, str(error)) or type(error).__name__
        raise _outage(f"The mail server does not answer: {text}") from None


def _refusal(server: _Server, code: int, text: bytes | str) -> MailFailure:
    """Of this mail for good (5xx) or for now; a 421, or a refusal of our account, concerns every mail."""
    down = code == 421 or code in _ABOUT_US
    return MailFailure(_words(server, code, text), permanent=code >= 500 and not down, server_down=down)


def _outage(reason: str) -> MailFailure:
    return MailFailure(reason, permanent=False, server_down=True)


def _words(server: _Server, code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"The mail server refused: {code} {_scrubbed(server, said)}"


def _scrubbed(server: _Server, text: str) -> str:
    for secret in (server.password, server.user):
        if secret:
            text = text.replace(secret, "…")
    return " ".join(re.sub("[\x00-\x1f\x7f]", " ", text).split())[:300]
