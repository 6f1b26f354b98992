"""A curve as a sum of hidden units: built by hand, and learned."""
