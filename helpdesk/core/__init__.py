"""Configuration, database, clock, ids, errors and logging; imports nothing else of the package."""
