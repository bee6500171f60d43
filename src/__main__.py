"""`chimerax -m chimerax.occupy`, or `python -m chimerax.occupy` where the bundle is installed in a
plain Python: many maps, files in and files out. See docs/batch.md.
"""

import sys

from .batch.cli import main

if __name__ == '__main__':
    sys.exit(main())
