"""Golden numbers of OccuPy 0.1.13 for tests/core/test_golden.py, which makes the same map.

    python bench/golden.py        writes tests/core/golden.json
"""

import json
import sys
import tempfile
from pathlib import Path

import mrcfile
import numpy as np
import reference
from environments import ROOT, prepare_core, reference_python

prepare_core()
sys.path.insert(0, str(ROOT / 'tests/core'))

from golden_map import VOXEL, golden_map, golden_places  # noqa: E402


def main():
    density = golden_map()
    places = golden_places()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'golden.mrc'
        with mrcfile.new(path, density) as file:
            file.voxel_size = VOXEL
        for mode in ('resolution', 'occupancy'):
            done = reference.run(reference_python(), path, Path(folder) / mode, mode=mode)
            with mrcfile.open(Path(folder) / mode / done['files']['scale']) as file:
                values = file.data[tuple(places.T)]
            found[mode] = [round(float(value), 6) for value in values]
    text = json.dumps(found).replace('], ', '],\n')
    (ROOT / 'tests/core/golden.json').write_text(text + '\n', encoding='utf-8')
    print({mode: np.mean(values) for mode, values in found.items()})


if __name__ == '__main__':
    main()
