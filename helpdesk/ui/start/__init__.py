"""The address "/": leads each role to where it begins."""
