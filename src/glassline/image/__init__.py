"""One safe door for photos: from a path, bytes or an array to a grey image.

`load` is the whole way: `opening` takes the bytes of a file and nothing else, `formats`
finds the type and has its parser check the structure before any decoder sees it, `pixels`
makes it grey. What is not certain to be whole is refused with one of `REASONS`, never
repaired. `disturbances` is what a camera does to the same part from photo to photo.
"""

from glassline.interface.names import offer

__getattr__, __dir__, __all__ = offer(__name__)
