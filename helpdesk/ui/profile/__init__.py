"""`/profile`: what belongs to a person."""
