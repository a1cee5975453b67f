"""The worked sum of one part, as data."""
