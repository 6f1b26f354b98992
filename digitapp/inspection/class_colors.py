"""Ten colours that tell classes apart, for eyes of every kind.

Found by a search for the largest smallest distance (CIE76, at least 25) between any two of them as normal, protan,
deutan and tritan eyes see them (Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color
Vision Deficiency", 2009), with a contrast of about 3 or more to the window. Ten are too many to be named by colour
alone: whoever uses them also writes the class.
"""

from digitapp.inspection.colors import Theme

CLASS_COLORS: dict[Theme, tuple[str, ...]] = {
    "light": (
        *("#381FF5", "#EB5F1E", "#336963", "#9B0301", "#3586FF"),
        *("#D463BE", "#32315E", "#978D67", "#7A23A8", "#6D0720"),
    ),
    "dark": (
        *("#2EFEE2", "#E1A27D", "#6C33FE", "#F4F131", "#3CAB08"),
        *("#CA099F", "#B5BCFF", "#466E22", "#B870FD", "#9C4B63"),
    ),
}


def class_color(label: int, theme: Theme) -> str:
    """Return the colour of a class as ``#RRGGBB``; beyond ten classes they begin again."""
    colors = CLASS_COLORS[theme]
    return colors[label % len(colors)]
