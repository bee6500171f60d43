"""Many maps, files in and files out, without a window.

    from chimerax.occupy.batch import run_batch

    for outcome in run_batch(['a.mrc', 'b.map.gz'], mode='occupancy', amplify=3, jobs=4):
        print(outcome.map, outcome.status, outcome.message)

The same from a shell: `chimerax -m chimerax.occupy a.mrc b.map.gz --amplify 3 --jobs 4`. Needs
numpy, scipy and mrcfile; no ChimeraX, no Qt.
"""

from .outcome import Outcome
from .request import Request
from .run import run_batch

__all__ = ['Outcome', 'Request', 'run_batch']
