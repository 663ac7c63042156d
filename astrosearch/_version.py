"""The version, stated once: the package, the packaging and every index written say this one."""

__version__ = "0.1.0"
