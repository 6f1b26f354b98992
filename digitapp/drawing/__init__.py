"""Ink: strokes, rendering, and the one road from a drawing to the network's input."""
