"""The face towards time and the queue: Celery only says when; every task is one call of a service."""
