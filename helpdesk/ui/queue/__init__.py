"""The agents' queue."""
