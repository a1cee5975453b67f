"""One safe door for photos: from a path, bytes or an array to a grey image."""

from glassline.names import offer

__getattr__, __dir__, __all__ = offer(__name__)
