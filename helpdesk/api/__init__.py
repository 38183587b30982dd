"""The REST API: it translates between HTTP and the services, and decides nothing."""

from helpdesk.api.app import create_api, in_front_of

__all__ = ["create_api", "in_front_of"]
