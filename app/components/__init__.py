"""Pieces of a page; each is one `show(...)`."""
