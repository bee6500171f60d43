"""Our numbers against those of OccuPy 0.1.13, map by map, in one run.

    python bench/parity.py [MAP_OR_FOLDER …] [--json parity.json]

EMD-11007 and EMD-3488 are fetched from PyPI for everyone; further maps come from folders that the
reader names. OccuPy takes cubes with an even edge; other maps are passed over with a word.

Where the two are meant to differ (docs/method.md names every departure), the table also says how
far they differ when ours is given OccuPy's own low-passed map, scale and confidence.
"""

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

import mrcfile
import numpy as np
from environments import prepare_core, reference_python, use_tools
from reference import run

use_tools()
prepare_core()

from chimerax.occupy.core import Modification, estimate, modify  # noqa: E402
from chimerax.occupy.core.solvent import fit_solvent  # noqa: E402
from fetch_data import fetch  # noqa: E402

#: OccuPy crops larger boxes before it modifies them, which we do not.
LARGEST = 256
#: What must hold for every map: differences of the scale, its correlation, that of modified maps.
BOUNDS = {'resolution_difference': 1e-4, 'occupancy_correlation': 0.997,
          'amplify': 0.99, 'attenuate': 0.99, 'sigmoid': 0.99}
MODIFICATIONS = {
    'amplify': Modification('amplify', power=3),
    'attenuate': Modification('attenuate', power=3, exclude_solvent=True),
    'sigmoid': Modification('sigmoid', power=5, pivot=0.3),
}
#: Measure: heading and format of its column.
COLUMNS = {
    'resolution_difference': ('resolution: max diff', '.1e'),
    'occupancy_correlation': ('occupancy: r', '.6f'),
    'occupancy_difference': ('max diff', '.3f'),
    'occupancy_given_low_pass': ('max diff given its low-pass', '.1e'),
    'confidence_correlation': ('confidence: r', '.4f'),
    'confidence_given_low_pass': ('r given its low-pass', '.4f'),
    'v50_bins': ('v50: bins above its', '+.1f'),
    'amplify': ('amplify 3: r', '.5f'),
    'attenuate': ('attenuate 3: r', '.5f'),
    'sigmoid': ('sigmoid 5 at 0.3: r', '.5f'),
    'not_numbers': ('its NaNs', '.2%'),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('maps', nargs='*', type=Path, help='MRC or CCP4 maps, or folders of them')
    parser.add_argument('--json', type=Path, help='write the numbers to this file')
    parser.add_argument('--no-fetch', action='store_true', help='only the maps that are named')
    given = parser.parse_args()
    python = reference_python()
    found = {}
    print('| map | ' + ' | '.join(heading for heading, _ in COLUMNS.values()) + ' |')
    print('|---|' + '---|' * len(COLUMNS))
    for path in _maps(given):
        try:
            array, voxel = read(path)
            found[path.name] = compare(path, array, voxel, python)
        except (RuntimeError, ValueError) as error:
            print(f'{path.name}: {error}', file=sys.stderr)
            continue
        print(_row(path.name, found[path.name]), flush=True)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')
    outside = list(_outside(found))
    print(*outside, sep='\n', file=sys.stderr)
    return 1 if outside or not found else 0


def _maps(given):
    if not given.no_fetch:
        yield from (fetch('emd_11007.map'), fetch('emd_3488.mrc'))
    for path in given.maps:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix in ('.mrc', '.map'))
        else:
            yield path


def read(path):
    """A map as float32 (z, y, x) in the axis order of the file, as OccuPy reads it, and its voxel
    size in Å. Raises `ValueError` for maps that OccuPy cannot take.
    """
    with mrcfile.open(path, permissive=True) as file:
        array, voxel = file.data.astype(np.float32), file.voxel_size
    if array.ndim != 3 or len(set(array.shape)) > 1 or array.shape[0] % 2:
        raise ValueError('passed over, because OccuPy takes cubes with an even edge')
    if array.shape[0] > LARGEST:
        raise ValueError(f'passed over, because OccuPy crops boxes above {LARGEST} voxels')
    if not np.allclose([voxel.x, voxel.y, voxel.z], voxel.x, rtol=1e-4):
        raise ValueError('passed over, because OccuPy takes one voxel size for all axes')
    return array, float(voxel.x)


def compare(path, array, voxel, python):
    """All measures of `COLUMNS` for one map, as a dict."""
    with tempfile.TemporaryDirectory() as folder:
        # It cannot save its low-passed map and modify in one run, nor keep and exclude solvent.
        plain = _reference(python, path, folder, mode='resolution', save_low_pass=True)
        kept = _reference(python, path, folder, mode='occupancy', amplify=3, sigmoid=5, pivot=0.3)
        excluded = _reference(
            python, path, folder, mode='occupancy', attenuate=3, exclude_solvent=True)
    resolution = estimate(array, voxel, mode='resolution')
    occupancy = estimate(array, voxel, mode='occupancy')
    given_low_pass = estimate(plain['low_pass'], voxel, mode='resolution')
    solvent = fit_solvent(plain['low_pass'])
    bin_width = (solvent.high - solvent.low) / len(solvent.density)
    measures = {
        'resolution_difference': _difference(resolution.scale, plain['scale']),
        'occupancy_correlation': _correlation(occupancy.scale, kept['scale']),
        'occupancy_difference': _difference(occupancy.scale, kept['scale']),
        'occupancy_given_low_pass': _difference(given_low_pass.scale, kept['scale']),
        'confidence_correlation': _correlation(occupancy.confidence, kept['confidence']),
        'confidence_given_low_pass': _correlation(
            solvent.confidence_of(plain['low_pass']), plain['confidence']),
        'v50_bins': (solvent.half_confident - _v50(plain)) / bin_width,
    }
    # What modifies is compared by itself: the same scale, and no doubt about the solvent.
    same = dataclasses.replace(
        occupancy, scale=kept['scale'], low_passed=None, saved_confidence=kept['confidence'],
        solvent=dataclasses.replace(occupancy.solvent, suspect=()))
    for kind, modification in MODIFICATIONS.items():
        theirs = (excluded if modification.exclude_solvent else kept)[kind]
        measures[kind] = _correlation(modify(array, same, modification), theirs)
    measures['not_numbers'] = float(np.isnan(kept['sigmoid']).mean())
    return measures


def _reference(python, path, folder, **options):
    """Run OccuPy on a map and return the maps it wrote, as arrays (z, y, x) by kind."""
    files = run(python, path, folder, **options)['files']
    return {kind: mrcfile.read(Path(folder) / name) for kind, name in files.items()}


def _difference(ours, theirs):
    return float(np.abs(ours - theirs).max())


def _correlation(ours, theirs):
    """Correlation over the voxels where theirs is a number."""
    known = np.isfinite(theirs)
    return float(np.corrcoef(ours[known], theirs[known])[0, 1])


def _v50(theirs):
    """The lowest density of which OccuPy is more than half confident. It gives full confidence to
    the least of all densities, which is left out.
    """
    densities = theirs['low_pass'][theirs['confidence'] > 0.5]
    return float(densities[densities > theirs['low_pass'].min()].min())


def _row(name, measures):
    return f'| {name} | ' + ' | '.join(
        f'{measures[key]:{form}}' for key, (_, form) in COLUMNS.items()) + ' |'


def _outside(found):
    """A sentence for each measure that is not within its bound."""
    for name, measures in found.items():
        for key, bound in BOUNDS.items():
            value = measures[key]
            within = value <= bound if key.endswith('difference') else value >= bound
            if not within:
                heading, form = COLUMNS[key]
                yield f'{name}: {heading} is {value:{form}}, outside its bound of {bound:g}'


if __name__ == '__main__':
    sys.exit(main())
