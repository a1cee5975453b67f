"""A version a file."""
