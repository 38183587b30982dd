"""Who may ask what of which object: one company, one rule of answers, one row per operation of the API."""
