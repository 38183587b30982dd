"""Settings: environment variables named `HELPDESK_*`, or a `.env` file (product rules §9).

`get_settings()` is the only way to them. Whoever starts processes (the stack) hands the settings on in the
environment, so that each process reads the same names.
"""

import functools
import os
import re
import secrets
import tempfile
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[2]
PREFIX = "HELPDESK_"
MIN_SECRET_BYTES = 32
MIN_BCRYPT_COST = 12

# Compared without case and separators; what tutorials, samples and generators leave behind.
_WELL_KNOWN = re.compile(
    r"change(me|this|it)|secretkey|yoursecret|mysecret|insecure|password|example|default|0123456789|abcdefghij|qwerty"
)

_Networks = tuple[IPv4Network | IPv6Network, ...]


class SettingsError(Exception):
    """A setting is missing or not acceptable; the text names each such setting and what is wanted instead."""


class Settings(BaseSettings):
    """All settings. Read-only: a changed setting needs a new process (tests: `reset_settings()`)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=(PROJECT / ".env", ".env"),
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    env: Literal["development", "production"] = "development"
    data: Path = PROJECT / "data"
    secret_key_setting: SecretStr = Field(default=SecretStr(""), validation_alias=PREFIX + "SECRET_KEY")
    public_url: str = "http://localhost:8000"

    database_url: str = Field(default="", repr=False)
    """`postgresql+psycopg://user:password@host:port/name`; empty: the embedded one. See `sqlalchemy_url`."""
    redis_url: str = Field(default="", repr=False)
    """Redis or Valkey without a database number; see `broker_url`, `state_url`, `live_url`."""

    smtp_url: str = Field(default="", repr=False)
    mail_from: str = "Helpdesk <helpdesk@localhost>"

    storage: Literal["folder", "s3"] = "folder"
    s3_endpoint_url: str = ""
    s3_bucket: str = ""
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    max_upload_mb: int = Field(default=25, ge=1, le=1024)

    rate_limits: Literal["on", "off"] = "on"
    trusted_proxies: Annotated[_Networks, NoDecode] = ()
    """Networks whose `X-Forwarded-For` is believed, comma-separated."""
    bcrypt_cost: int = Field(default=MIN_BCRYPT_COST, ge=4, le=16)

    demo_password: str = Field(default="helpdesk-demo-1", min_length=10, max_length=256, repr=False)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")

    log_format: Literal["text", "json"] = "text"
    auto_close_days: int = Field(default=5, ge=1, le=365)
    """Business days after which a resolved ticket closes by itself."""
    reopen_days: int = Field(default=14, ge=1, le=365)
    """Days after closing within which the requester can reopen."""
    ticket_prefix: str = Field(default="HD", pattern=r"^[A-Z][A-Z0-9]{0,9}$")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip())
        return value

    @field_validator("data", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("public_url", mode="after")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path
            or parts.query
            or parts.username
        ):
            raise ValueError("must be an origin such as https://helpdesk.example.com, without a path")
        return urlunsplit((parts.scheme, parts.netloc.lower(), "", "", ""))

    @field_validator("database_url", mode="after")
    @classmethod
    def _psycopg(cls, value: str) -> str:
        if not value:
            return value
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
            raise ValueError("must be a postgresql:// URL")
        return "postgresql+psycopg://" + rest

    @field_validator("redis_url", mode="after")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("redis", "rediss"):
            raise ValueError("must be a redis:// or rediss:// URL")
        return value

    @field_validator("smtp_url", mode="after")
    @classmethod
    def _smtp(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
            raise ValueError("must be smtp://user:pass@host:port, or smtps:// for TLS from the first byte")
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        problems = list(_s3_problems(self))
        if self.env == "production":
            problems += _production_problems(self)
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def production(self) -> bool:
        return self.env == "production"

    @functools.cached_property
    def secret_key(self) -> bytes:
        """The key that all signatures use. Development: made once and kept in the data folder (mode 0600)."""
        given = self.secret_key_setting.get_secret_value()
        return given.encode() if given else _kept_secret(self.data / "secret_key")

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL. Raises SettingsError when there is none."""
        if not self.database_url:
            raise SettingsError(
                f"{PREFIX}DATABASE_URL is not set, and no stack is running on this data folder"
            )
        return self.database_url

    @property
    def broker_url(self) -> str:
        """Database 0: Celery."""
        return self._redis_db(0)

    @property
    def state_url(self) -> str:
        """Database 1: state of the browser UI."""
        return self._redis_db(1)

    @property
    def live_url(self) -> str:
        """Database 2: rate limits, presence, live updates."""
        return self._redis_db(2)

    def _redis_db(self, number: int) -> str:
        if not self.redis_url:
            raise SettingsError(f"{PREFIX}REDIS_URL is not set, and no stack is running on this data folder")
        return urlunsplit(urlsplit(self.redis_url)._replace(path=f"/{number}"))

    @property
    def origins(self) -> tuple[str, ...]:
        """Where browser requests may come from: the public URL, in development also the loopback names."""
        if self.production:
            return (self.public_url,)
        parts = urlsplit(self.public_url)
        port = f":{parts.port}" if parts.port else ""
        local = [f"{parts.scheme}://{host}{port}" for host in ("localhost", "127.0.0.1", "[::1]")]
        return tuple(dict.fromkeys([self.public_url, *local]))

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb * 1024 * 1024

    @property
    def files_folder(self) -> Path:
        """Attachments, where `storage` is `folder`."""
        return self.data / "files"

    @property
    def mailbox_folder(self) -> Path:
        """What the local SMTP twin received, in development."""
        return self.data / "mailbox"


def _s3_problems(settings: Settings) -> list[str]:
    if settings.storage != "s3" or settings.s3_bucket:
        return []
    return [f"{PREFIX}S3_BUCKET must be set when {PREFIX}STORAGE is s3"]


def _production_problems(settings: Settings) -> list[str]:
    problems: list[str] = []
    if wrong := _weak_secret(settings.secret_key_setting.get_secret_value()):
        problems.append(f"{PREFIX}SECRET_KEY {wrong}")
    if not settings.public_url.startswith("https://"):
        problems.append(f"{PREFIX}PUBLIC_URL must be an https:// address in production")
    if settings.rate_limits == "off":
        problems.append(f"{PREFIX}RATE_LIMITS can be off in development only")
    if settings.bcrypt_cost < MIN_BCRYPT_COST:
        problems.append(f"{PREFIX}BCRYPT_COST must be at least {MIN_BCRYPT_COST} in production")
    return problems


def _weak_secret(value: str) -> str | None:
    if not value:
        return "is missing: production needs a secret of its own, at least 32 random bytes"
    if len(value.encode()) < MIN_SECRET_BYTES:
        return f"is too short: at least {MIN_SECRET_BYTES} bytes are needed"
    if len(set(value)) < 10 or _WELL_KNOWN.search(re.sub(r"[\W_]", "", value.lower())):
        return "is well known or easily guessed: use random bytes"
    return None


def _kept_secret(path: Path) -> bytes:
    """Read the secret in `path`; the first to come makes it. Linking a finished file keeps racers equal."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return path.read_bytes()


@functools.cache
def get_settings() -> Settings:
    """Return the settings of this process, read once.

    Raises SettingsError, naming each setting, when one is missing or not acceptable.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(
            "; ".join(_in_words(dict(item)) for item in error.errors(include_input=False))
        ) from None


def _in_words(item: dict[str, Any]) -> str:
    text = str(item["msg"]).removeprefix("Value error, ")
    if not item["loc"]:
        return text
    name = str(item["loc"][0]).upper()
    return f"{name if name.startswith(PREFIX) else PREFIX + name}: {text}"


def reset_settings() -> None:
    """Forget the settings read so far, so that the next `get_settings()` reads the environment again."""
    get_settings.cache_clear()
