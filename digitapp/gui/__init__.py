"""The window: a thin Qt skin over the rest of the package.

What Qt calls is guarded before the first class of it is made, and no garbage is looked for until a window is there.
Nothing else stands here: pages are imported late.
"""

from digitapp.gui.garbage import begin_a_start
from digitapp.gui.overrides import guard_all_overrides

begin_a_start()
guard_all_overrides()
