"""The outer fence of the browser UI. It never replaces a rule: the rules are in the services.

`allow` marks a handler with the roles that may call it, `me()` is the person whose event runs. `EventFence` refuses
whatever is not marked; `asgi_guard` stands before the framework and the static files.
"""

from helpdesk.ui.guard.events import EventFence, allow, clean, me
from helpdesk.ui.guard.http import asgi_guard

__all__ = ["EventFence", "allow", "asgi_guard", "clean", "me"]
