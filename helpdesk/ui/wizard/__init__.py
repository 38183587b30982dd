"""Filing a request: topic, type, details, review."""
