"""The window: a thin Qt skin over the rest of the package.

What Qt calls is guarded before the first class of it is made, and garbage is looked for less often than Python does:
a start makes 100,000 objects that all stay, and looking through them took a twentieth of it. Nothing else stands here:
pages are imported late.
"""

import gc

from digitapp.gui.overrides import guard_all_overrides

_MADE_BETWEEN_COLLECTIONS = 20_000

gc.set_threshold(_MADE_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
guard_all_overrides()
