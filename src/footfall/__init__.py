"""Footfall: who came in, what they nearly bought, and who only pretended to be a customer."""

__version__ = "0.1.0"
