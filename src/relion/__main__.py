"""`python -m chimerax.occupy.relion`, as RELION calls it; see docs/refinement.md."""

import os
import sys

# One class of one iteration is no work for many threads, and starting them takes time.
for _name in ('OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ.setdefault(_name, '1')

from .cli import main  # noqa: E402

if __name__ == '__main__':
    sys.exit(main())
