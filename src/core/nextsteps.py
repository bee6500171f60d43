"""What the next program does with a mask: RELION's command, and cryoSPARC's job and input."""

import os
import shlex
from dataclasses import dataclass

#: Names of a run's files as RELION gives them, up to the iteration.
RUN = 'run'
_MASK = 'mask.mrc'

_SUBTRACT = f'relion_particle_subtract --i {RUN}_optimiser.star --mask {{mask}} --o Subtract/'
# To classify by what the mask covers, the rest is subtracted first, which is better than the mask
# alone: docs/refinement.md. Without --flatten_solvent RELION reads the mask and does not use it.
_CLASSIFY = (f'{_SUBTRACT} && mkdir -p Class3D && relion_refine '
             f'--i Subtract/particles_subtracted.star --ref {RUN}_class001.mrc --o Class3D/run '
             '--K 2 --iter 25 --tau2_fudge 4 --ini_high 20 --ctf --norm --scale --pad 2 '
             '--skip_align --zero_mask --flatten_solvent --solvent_mask {mask}')
_POSTPROCESS = (f'mkdir -p PostProcess && relion_postprocess --i {RUN}_half1_class001_unfil.mrc '
                '--mask {mask} --o PostProcess/postprocess')
_IMPORT = 'Import 3D Volumes of {mask} as a mask, then '
_KEPT = 'RELION subtracts by a mask of what is kept, which is the complement'
_SUBTRACTED = 'Particle Subtraction takes a mask of what is subtracted, which is the complement'
_STEPS = {
    'kept': (_SUBTRACT, _SUBTRACTED),
    'subtracted': (_KEPT, _IMPORT + 'Particle Subtraction, input "Mask"'),
    'weak': (_CLASSIFY, _IMPORT + '3D Classification, input "Focus mask"'),
    'region': (_CLASSIFY, _IMPORT + '3D Classification, input "Focus mask"'),
    'strong': (_POSTPROCESS, _IMPORT + 'Local Refinement, input "Mask"'),
    'solvent': (_POSTPROCESS, _IMPORT + 'Homogeneous Refinement, input "Mask"'),
}


@dataclass(frozen=True)
class NextSteps:
    """`relion`: a command for a shell, in the folder of the run, and `cryosparc`: a job and its
    input. Where a program has no use for the mask it is a sentence that says so, and `to_copy`,
    which is what someone goes on with, is that of the other program.
    """

    relion: str
    cryosparc: str
    to_copy: str

    @property
    def sentence(self) -> str:
        """Both, in words."""
        return f'RELION: {self.relion}; cryoSPARC: {self.cryosparc}'


def next_steps(use: str, file: str | None = None) -> NextSteps:
    """What RELION and cryoSPARC do with a mask.

    use: what the mask is for, `Mask.use`. file: where it was saved; its whole path is named. None
    stands for one that has yet to be saved, as mask.mrc.
    """
    mask = shlex.quote(os.path.abspath(file)) if file else _MASK
    relion, cryosparc = (text.format(mask=mask) for text in _STEPS[use])
    return NextSteps(relion, cryosparc, cryosparc if use == 'subtracted' else relion)
