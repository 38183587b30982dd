"""Settings: what production refuses, by name; how addresses are read (product rules §8, §9)."""

import stat
from pathlib import Path

import pytest

from helpdesk.core.config import Settings, SettingsError, get_settings, reset_settings

GOOD = "nWq7_Zx2-Lk9vR4tB8mYc6sJ1hG5dF3a"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in (
        "ENV",
        "SECRET_KEY",
        "PUBLIC_URL",
        "RATE_LIMITS",
        "BCRYPT_COST",
        "DATABASE_URL",
        "REDIS_URL",
    ):
        monkeypatch.delenv(f"HELPDESK_{name}", raising=False)
    monkeypatch.setenv("HELPDESK_DATA", str(tmp_path))
    reset_settings()
    yield
    monkeypatch.undo()
    reset_settings()


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"HELPDESK_{name}", value)
    reset_settings()
    return get_settings()


def production(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    good = {"ENV": "production", "SECRET_KEY": GOOD, "PUBLIC_URL": "https://helpdesk.example.com"}
    return read(monkeypatch, **(good | values))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "x8Kq2mZr9Lw4"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "please-change-me-please-change-me-1234"),
        ("SECRET_KEY", "django-insecure-k3j4h5g6f7d8s9a0q1w2e3"),
        ("PUBLIC_URL", "http://helpdesk.example.com"),
        ("RATE_LIMITS", "off"),
        ("BCRYPT_COST", "11"),
    ],
)
def test_production_refuses_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"HELPDESK_{name} "):
        production(monkeypatch, **{name: value})


def test_production_takes_what_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = production(monkeypatch)
    assert settings.secret_key == GOOD.encode()
    assert settings.origins == ("https://helpdesk.example.com",)
    assert settings.secure_cookies


def test_all_problems_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refused:
        production(monkeypatch, SECRET_KEY="", PUBLIC_URL="http://x")
    assert "HELPDESK_SECRET_KEY" in str(refused.value)
    assert "HELPDESK_PUBLIC_URL" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENV", "staging"),
        ("PUBLIC_URL", "helpdesk.example.com"),
        ("PUBLIC_URL", "https://helpdesk.example.com/app"),
        ("DATABASE_URL", "mysql://u:hunter22@host/db"),
        ("REDIS_URL", "unix:///run/redis"),
        ("TICKET_PREFIX", "hd-"),
        ("TRUSTED_PROXIES", "proxy.example.com"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=f"HELPDESK_{name}") as refused:
        read(monkeypatch, **{name: value})
    assert "hunter22" not in str(refused.value)


def test_development_keeps_one_secret_to_itself(tmp_path: Path) -> None:
    first = Settings().secret_key
    assert len(first) >= 32
    assert Settings().secret_key == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_development_accepts_the_names_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, PUBLIC_URL="http://127.0.0.1:8123")
    assert set(settings.origins) == {
        "http://127.0.0.1:8123",
        "http://localhost:8123",
        "http://[::1]:8123",
    }


def test_one_redis_is_three_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, REDIS_URL="redis://:pw@cache:6379/5")
    assert settings.broker_url == "redis://:pw@cache:6379/0"
    assert settings.state_url == "redis://:pw@cache:6379/1"
    assert settings.live_url == "redis://:pw@cache:6379/2"


def test_a_missing_address_is_named() -> None:
    with pytest.raises(SettingsError, match="HELPDESK_DATABASE_URL"):
        _ = Settings().sqlalchemy_url
    with pytest.raises(SettingsError, match="HELPDESK_REDIS_URL"):
        _ = Settings().broker_url


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = production(
        monkeypatch,
        DATABASE_URL="postgres://u:hunter22@h/d",
        REDIS_URL="redis://:hunter22@h",
        S3_SECRET_KEY="hunter22",
    )
    assert settings.sqlalchemy_url == "postgresql+psycopg://u:hunter22@h/d"
    assert "hunter22" not in repr(settings)
    assert GOOD not in repr(settings)
