"""Groups and topics: the tree that requests are filed under, edited by admins."""
