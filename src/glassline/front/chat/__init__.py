"""A chat server that looks at a photo: asked within limits, answers remembered."""

from glassline.front.chat.environment import endpoint_of
from glassline.front.chat.server import Server
from glassline.front.chat.usage import Usage

__all__ = ["Server", "Usage", "endpoint_of"]
