"""Data to try the helpdesk with; made through the services, with a moved clock."""
