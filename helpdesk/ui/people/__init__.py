"""People, as admins see and change them."""
