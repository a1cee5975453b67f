"""A chat server that looks at a photo: asked within limits, answers remembered.

`Server.scores` is the one way in: it prepares the photo, looks whether the same
question was answered before (`cache`), else asks (`client`), checks the answer
(`answer`) and counts (`usage`). What the environment says of address, key and cache is
read in `environment` alone.
"""

from glassline.front.chat.environment import endpoint_of
from glassline.front.chat.server import Server
from glassline.front.chat.usage import Count

__all__ = ["Count", "Server", "endpoint_of"]
