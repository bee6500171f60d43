"""A file is judged alike in the window and in batches, in the same words."""

import numpy as np
import pytest
from chimerax.core.errors import UserError
from chimerax.occupy.batch import run_batch
from chimerax.occupy.mapfiles import read_map
from chimerax.occupy.mapfiles.sampling import sampled_on
from chimerax.occupy.session import volumes

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


CLOTHES = {
    'same': {'shape': (40, 42, 44)},
    'rounded': {'shape': (40, 42, 44), 'voxel': (1.5 * (1 + 1e-7),) * 3},
    'smaller box': {'shape': (20, 24, 28), 'starts': (6, 7, 8)},
    'other voxel size': {'shape': (30, 31, 33), 'voxel': (2, 2, 2)},
    'other place': {'shape': (40, 42, 44), 'origin': (7.3, -4.1, 9.9)},
    'other order': {'shape': (40, 42, 44), 'axes': (3, 1, 2), 'starts': (1, 2, 3)},
    'skewed and turned': {'shape': (44, 40, 41), 'angles': (80, 95, 110),
                          'labels': [b'Chimera rotation: 0.6 0 0.8 33'], 'origin': (3, 2, 1)},
    'far off': {'shape': (8, 8, 8), 'origin': (500, 0, 0)},
}


@pytest.mark.parametrize('clothes', CLOTHES)
@pytest.mark.parametrize('shape', [None, (27, 30, 32)])
def test_masks_are_sampled_as_in_the_window(run, tmp_path, clothes, shape):
    options = dict(CLOTHES[clothes])
    # ChimeraX counts the last sample of a map as outside, the batch as inside.
    mask = np.random.default_rng(1).random(options.pop('shape')).astype(np.float32)
    mask[-1] = mask[:, -1] = mask[:, :, -1] = 0
    one = write_file(tmp_path / 'mask.mrc', mask, **options)
    other = written(tmp_path, '.mrc', {'starts': (1, 0, 0)} if clothes != 'same' else {})
    found = sampled_on(read_map(one), read_map(other), shape)
    opened = run(f'open {one}')[0], run(f'open {other}')[0]
    expected = volumes.sampler(*opened)(shape)
    assert found.shape == expected.shape
    # On the border of a map rounding decides what is outside.
    alike = np.isclose(found, expected, atol=2e-5)
    assert alike.mean() > 0.999
    assert expected.any() == (clothes != 'far off')


@pytest.mark.parametrize('role', ['solvent_mask', 'full_scale_region'])
def test_masks_of_another_grid_give_the_same_in_both(run, tmp_path, role):
    distance = (((np.indices((24, 24, 24)) - 12) * 2.3) ** 2).sum(axis=0)
    mask = write_file(tmp_path / 'mask.mrc', (distance < 17 ** 2).astype(np.float32),
                      voxel=(2.3, 2.3, 2.3), origin=(-6, 4, 3))
    source = written(tmp_path, '.mrc', {})
    outcome, = run_batch(source, output_dir=tmp_path / 'out', **{role: str(mask)})
    assert not outcome.failed, outcome.message
    word = {'solvent_mask': 'solventMask', 'full_scale_region': 'fullScaleRegion'}[role]
    run(f'open {source}; open {mask}')
    scale, = run(f'occupy #1 {word} #2')
    assert outcome.message.startswith(f'full scale {full_scale_of(scale):.5g} (')


def full_scale_of(scale):
    """Full scale of the estimate that a scale map shows."""
    from chimerax.occupy.session.record import record

    source = volumes.source_of(scale)
    return record(scale.session).estimate_for(source, 'resolution').full_scale


def test_specifiers_of_several_models(run, session, open_array):
    from chimerax.core.commands import ModelsArg
    from chimerax.occupy.session.volumes import spec_of
    maps = [open_array(name=str(number)) for number in range(5)]
    run('rename #2 id #1.1; rename #4 id #1.7')
    for some in ([maps[0]], maps[2:3], [maps[1], maps[3]], [maps[4], maps[2], maps[3]]):
        models, _, rest = ModelsArg.parse(spec_of(some), session)
        assert not rest
        assert set(models) & set(maps) >= set(some)
        assert set(models) & set(maps) <= {*some, *(maps[1], maps[3]) * (maps[0] in some)}
