"""The bell: what a person was told in the app, in the top bar and on a page of its own."""
