"""Circuits of gates: an expression becomes a graph, values run forward through it and gradients back."""
