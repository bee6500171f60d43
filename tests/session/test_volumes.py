"""A file is judged alike in the window and in batches, in the same words."""

import numpy as np
import pytest
from chimerax.core.errors import UserError
from chimerax.occupy.batch import run_batch

from ..filemaps import two_blobs, write_file

REFUSED = {
    'no counts': {'counts': (0, 0, 0), 'cell': (66, 63, 60)},
    'no cell': {'cell': (0, 0, 0)},
    'a cell of no size': {'cell': (1e-30, 63, 60)},
    'two volumes': {'group': 401, 'counts': (44, 42, 20)},
    'four volumes of another order': {'group': 402, 'counts': (44, 42, 10), 'order': '>'},
}
REMARKED = {
    'images': {'group': 0, 'counts': (44, 42, 1)}, 'crystal': {'group': 19},
    'operators that are not there': {'announced': 160}, 'no MAP': {'stamp': b''},
}


def written(tmp_path, suffix, options):
    """Path of a map with a header of these `write_file` options."""
    return write_file(tmp_path / f'a{suffix}', two_blobs(), **options)


@pytest.mark.parametrize('suffix', ['.mrc', '.map'])
@pytest.mark.parametrize('kind', REFUSED)
def test_refused_in_both(session, run, tmp_path, kind, suffix):
    path = written(tmp_path, suffix, REFUSED[kind])
    outcome, = run_batch(path, output_dir=tmp_path / 'out')
    assert outcome.failed
    reason = outcome.message.split(';')[0]
    run(f'open {path}')
    models = len(session.models.list())
    with pytest.raises(UserError, match=f'#1: {reason}; '):
        run('occupy #1')
    assert len(session.models.list()) == models


@pytest.mark.parametrize('kind', REMARKED)
def test_remarked_in_both(run, log, tmp_path, kind):
    path = written(tmp_path, '.mrc', REMARKED[kind])
    outcome, = run_batch(path, output_dir=tmp_path / 'out')
    assert outcome.warnings
    run(f'open {path}; occupy #1')
    for sentence in outcome.warnings:
        assert f'#1: {sentence}' in log.text('warning')


def test_the_advice_works(run, tmp_path):
    run(f'open {written(tmp_path, ".mrc", REFUSED["two volumes"])}')
    with pytest.raises(UserError) as caught:
        run('occupy #1')
    run(str(caught.value).split('"')[1])
    scale, = run('occupy #2')
    assert scale.data.size == (44, 42, 20)
    run(f'close; open {written(tmp_path, ".map", REFUSED["no counts"])}; volume #1 voxelSize 1.4')
    np.testing.assert_allclose(run('occupy #1')[0].data.step, 1.4)
