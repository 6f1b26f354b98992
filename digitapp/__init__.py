"""Draw a digit, watch a fully connected network read it, train it live, and look inside."""

__version__ = "0.1.0"
