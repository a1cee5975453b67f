"""Glass-box surface inspection: four features, fifteen numbers, a checkable verdict."""

from glassline.interface.names import offer

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = offer(__name__, "__version__")
