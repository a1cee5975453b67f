"""The fifteen numbers: softmax, loss, exact fit, certificate, influence."""

from glassline.names import offer

__getattr__, __dir__, __all__ = offer(__name__)
