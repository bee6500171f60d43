"""In ChimeraX the results of a batch lie exactly on the maps they were made from."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from chimerax.occupy.batch import run_batch

CLOTHES = {
    'plain': {},
    'starts, another axis order': {'starts': (-20, 3, 7), 'axes': (3, 1, 2)},
    'origin': {'origin': (12.3, -4.5, 1000.1), 'axes': (3, 2, 1)},
    'origin and starts': {'origin': (12.3, -4.5, 10.1), 'starts': (1, 2, 3)},
    'skewed cell of another extent': {
        'cell': (60, 70, 90), 'counts': (30, 40, 60), 'angles': (80, 95, 110),
        'starts': (-5, 0, 3), 'axes': (2, 3, 1)},
    'old header': {'stamp': b'', 'starts': (3, 3, 3), 'origin': (9, 9, 9)},
    'turned': {'labels': [b'Chimera rotation: 0.6 0 0.8 33'], 'origin': (5, 6, 7)},
    'symmetry': {'extended': b'X,Y,Z'.ljust(80) + b'-X,Y,-Z'.ljust(80), 'group': 3},
}


@pytest.mark.parametrize('suffix', ['.mrc', '.map'])
@pytest.mark.parametrize('clothes', CLOTHES)
def test_results_lie_on_their_source(run, blobs, write, tmp_path, clothes, suffix):
    path = write(tmp_path / f'a{suffix}', blobs, **CLOTHES[clothes])
    wanted = {'mode': 'occupancy', 'low_pass': 12, 'amplify': 3, 'modify_everywhere': True}
    for max_box, name in ((0, 'whole_{result}'), (32, 'cropped_{result}')):
        outcome, = run_batch(path, output_dir=tmp_path, name=name, max_box=max_box, **wanted)
        assert not outcome.failed, outcome.message
    source = run(f'open {path}')[0].data
    for result in sorted(tmp_path.glob('*_*.m[ra][cp]')):
        data = run(f'open {result}')[0].data
        factors = np.array(source.size) / data.size
        assert (factors == 1).all() == (result.stem != 'cropped_scale_occupancy')
        exact = {} if (factors == 1).all() else {'rtol': 1e-6, 'atol': 1e-5}
        compare = np.testing.assert_allclose if exact else np.testing.assert_array_equal
        compare(data.ijk_to_xyz_transform.matrix,
                source.ijk_to_xyz_transform.matrix * [*factors, 1], **exact)
        if (factors == 1).all():
            assert len(data.symmetries or ()) == len(source.symmetries or ())


def test_same_numbers_as_the_command(run, blobs, write, tmp_path):
    path = write(tmp_path / 'a.mrc', blobs, axes=(3, 1, 2), starts=(1, 2, 3))
    run_batch(path, mode='occupancy', output_dir=tmp_path)
    run(f'open {path}')
    by_command, = run('occupy #1 mode occupancy color false')
    by_batch, = run(f'open {tmp_path}/a_scale_occupancy.mrc')
    np.testing.assert_array_equal(by_batch.full_matrix(), by_command.full_matrix())


def test_positions_in_the_report_are_those_of_chimerax(run, blobs, write, tmp_path):
    path = write(tmp_path / 'a.mrc', blobs, **CLOTHES['turned'])
    outcome, = run_batch(path, max_box=32, low_pass=12, output_dir=tmp_path)
    tile = json.loads(Path(outcome.report).read_text(encoding='utf-8'))['tiles']['full']
    data = run(f'open {path}')[0].data
    np.testing.assert_allclose(data.ijk_to_xyz(tile['centre']), tile['position'], atol=1e-4)


def test_runs_as_chimerax_runs_a_module(session, blobs, write, tmp_path, monkeypatch, capfd):
    path = write(tmp_path / 'a.mrc', blobs)
    # As chimerax.core.__main__ does for `chimerax -m chimerax.occupy a.mrc …`.
    monkeypatch.setattr(sys, 'argv', ['chimerax.occupy', str(path), '-o', str(tmp_path / 'out')])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module('chimerax.occupy', init_globals={'session': session}, run_name='__main__',
                         alter_sys=True)
    assert caught.value.code == 0
    assert (tmp_path / 'out' / 'a_scale_resolution.mrc').is_file()
