"""A chat server that looks at a photo: asked within limits, answers remembered."""

from glassline.chat.environment import endpoint_of
from glassline.chat.server import Server
from glassline.chat.usage import Usage

__all__ = ["Server", "Usage", "endpoint_of"]
