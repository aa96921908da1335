"""The version of the package, which every request names in its User-Agent."""

__version__ = "1.0.0"
