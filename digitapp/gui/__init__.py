"""The window: a thin Qt skin over the rest of the package.

What Qt calls is guarded before the first class of it is made. Nothing else stands here: pages are imported late.
"""

from digitapp.gui.overrides import guard_all_overrides

guard_all_overrides()
