"""An internal helpdesk: tickets, SLA clocks, notifications; a browser UI, a REST API and a worker over one set of services."""
