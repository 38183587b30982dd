"""Settings of the UI framework; everything that differs between installations comes from `HELPDESK_*`."""

import os

# The framework asks a package index for newer versions and reports usage unless told otherwise.
os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")
os.environ.setdefault("REFLEX_USE_SYSTEM_BUN", "true")
os.environ.setdefault("REFLEX_OPLOCK_ENABLED", "true")
# A page's state stays in the process that serves it for so long before it is written to Valkey and read again.
os.environ.setdefault("REFLEX_OPLOCK_HOLD_TIME", "20s")

import reflex as rx

from helpdesk.core.config import get_settings
from helpdesk.ui.build_plugin import SameOriginPlugin

settings = get_settings()

config = rx.Config(
    app_name="helpdesk",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    redis_url=settings.state_url if settings.redis_url else None,
    redis_token_expiration=4 * 3600,  # seconds
    redis_lock_expiration=25_000,  # milliseconds; longer than it is held
    cors_allowed_origins=list(settings.origins),
    frontend_compression_formats=["gzip"],
    default_color_mode="system",
    plugins=[SameOriginPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
