"""Home of managers and admins: live figures and one chart."""
