"""The local mailbox of a development system."""
