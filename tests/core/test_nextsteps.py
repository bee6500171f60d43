"""What other programs do with masks. tests/relion runs RELION's commands."""

import os

import pytest
from chimerax.occupy.core import Mask, Modification, next_steps
from chimerax.occupy.core.parameters import COVERS, MASKS

WEAKENS = Modification('sigmoid')
EVERY = [Mask(kind, modification=WEAKENS) for kind in MASKS if kind != 'subtraction']
EVERY += [Mask('subtraction', modification=WEAKENS, covers=covers) for covers in COVERS]


@pytest.mark.parametrize('mask', EVERY, ids=lambda mask: mask.use)
def test_each_mask_has_a_next_step_with_its_file(mask, tmp_path):
    steps = next_steps(mask.use)
    assert 'mask.mrc' in steps.to_copy
    assert steps.to_copy in (steps.relion, steps.cryosparc)
    saved = next_steps(mask.use, str(tmp_path / 'a mask.mrc'))
    assert f"'{tmp_path}/a mask.mrc'" in saved.to_copy
    assert 'mask.mrc ' not in saved.sentence.replace('a mask.mrc', '')
    assert saved.sentence == f'RELION: {saved.relion}; cryoSPARC: {saved.cryosparc}'


def test_a_file_is_named_by_its_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert os.path.join(os.getcwd(), 'weak.mrc') in next_steps('weak', 'weak.mrc').relion


def test_what_is_subtracted_is_for_one_program_and_what_is_kept_for_the_other():
    kept, subtracted = next_steps('kept'), next_steps('subtracted')
    assert kept.to_copy.startswith('relion_particle_subtract --i ')
    assert 'mask.mrc' not in kept.cryosparc
    assert 'Particle Subtraction' in subtracted.to_copy
    assert 'mask.mrc' not in subtracted.relion
