"""An internal helpdesk: tickets and their SLA clocks behind a browser UI, a REST API and a worker."""
