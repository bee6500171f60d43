"""What RELION asks of the external reconstruction: which map, of which iteration, and where.

RELION's star names the files; the name of the star tells iteration, half, class and body; the
optimiser and model stars of the iteration before tell the rest. Paths are relative to the folder in
which RELION runs, as RELION has them.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from .star import StarError, read_star

GENERAL = 'external_reconstruct_general'
NAME = re.compile(r'(?P<root>.*?)(?:_it(?P<iteration>\d+))?(?:_half(?P<half>[12]))?'
                  r'(?:_class(?P<class>\d+))?(?:_body(?P<body>\d+))?_external_reconstruct\.star')
#: A refinement that was continued has the iteration it began from in its name.
CONTINUED = re.compile(r'_ct\d+')
#: Labels of the optimiser star that stand for gradient descent, in all versions.
GRADIENT = re.compile(r'rlnDo\w*(Gradient|StochasticEM)\w*')
GRADIENT_OPTIONS = re.compile(r'\s--(grad|sgd|stochastic_em)\b')


class JobError(ValueError):
    """Why there is nothing to work on; the message is one sentence."""


@dataclass(frozen=True)
class Job:
    """One map to reconstruct.

    `star`: RELION's request. `result`: where the map belongs. `name`: the star's without its
    ending. `iteration`, `half`, `number` (of class or body): None where the name has none. `body`:
    whether the number is that of a body. `box`, `current_box`: edges in voxels, of the map and of
    the one that holds all its signal. `dimensions`: 2 or 3. `pixel_size`: Å, None where it is told
    nowhere. `last`: the last iteration, None where it is not known. `refinement`: whether halves
    are refined apart, to be joined in the last iteration, which is not known beforehand.
    `gradient`: whether RELION descends gradients.
    """

    star: Path
    result: Path
    name: str
    iteration: int | None
    half: int | None
    number: int | None
    body: bool
    box: int
    current_box: int
    dimensions: int
    pixel_size: float | None
    last: int | None
    refinement: bool
    gradient: bool

    @property
    def joined(self):
        """Whether this is the reconstruction in which a refinement joins its halves."""
        return self.refinement and self.half is None


def read_job(star):
    """Read RELION's star and what stands beside it; return a `Job`.

    star: its path. Raises `JobError` or `star.StarError`, one sentence, for a star that is missing,
    damaged or of another kind.
    """
    blocks = read_star(star)
    if GENERAL not in blocks:
        raise JobError(f'{star.name} is not a request for a reconstruction: it has no block '
                       f'data_{GENERAL}')
    general = blocks[GENERAL]
    found = NAME.fullmatch(star.name)
    parts = found.groupdict() if found else dict.fromkeys(('root', *NAME.groupindex))
    iteration, half = _whole(parts['iteration']), _whole(parts['half'])
    body = parts['body'] is not None
    optimiser, command = _optimiser(star, parts['root'], iteration)
    refinement = half is not None or _flag(optimiser, 'rlnDoAutoRefine') or _flag(
        optimiser, 'rlnDoSplitRandomHalves')
    pixel_size = _positive(general, 'rlnPixelSize') or _pixel_size(
        star, parts['root'], iteration, half, optimiser)
    return Job(
        star=star, result=Path(_text(general, 'rlnExtReconsResult', star)),
        name=star.name.removesuffix('_external_reconstruct.star').removesuffix('.star'),
        iteration=iteration, half=half, number=_whole(parts['body'] or parts['class']), body=body,
        box=_size(general, 'rlnOriginalImageSize', star),
        current_box=_size(general, 'rlnCurrentImageSize', star),
        dimensions=_size(general, 'rlnReferenceDimensionality', star),
        pixel_size=pixel_size,
        last=None if refinement else _whole(optimiser.get('rlnNumberOfIterations')),
        refinement=refinement,
        gradient=bool(GRADIENT_OPTIONS.search(command)) or any(
            _flag(optimiser, label) for label in optimiser if GRADIENT.fullmatch(label)))


def _optimiser(star, root, iteration):
    """The general block of the optimiser star of the iteration before, and RELION's command line.

    Both empty where there is none.
    """
    for path in _before(star, root, iteration, '_optimiser.star'):
        try:
            block = read_star(path).get('optimiser_general', {})
            with path.open(encoding='utf-8', errors='replace') as file:
                command = ' '.join(line for line in (next(file, ''), next(file, ''))
                                   if line.startswith('#'))
        except (StarError, OSError):
            continue
        return block, command
    return {}, ''


def _pixel_size(star, root, iteration, half, optimiser):
    """The pixel size (Å) in the model star of the iteration before, or None."""
    named = optimiser.get('rlnModelStarFile2' if half == 2 else 'rlnModelStarFile')
    ending = f'_half{half}_model.star' if half else '_model.star'
    for path in [*([Path(named)] if named else []), *_before(star, root, iteration, ending)]:
        try:
            found = _positive(read_star(path).get('model_general', {}), 'rlnPixelSize')
        except StarError:
            continue
        if found:
            return found
    return None


def _before(star, root, iteration, ending):
    """Paths of the iteration before with an ending, the likeliest first."""
    if not root or not iteration:
        return []
    ending = f'_it{iteration - 1:03d}{ending}'
    roots = dict.fromkeys([root, CONTINUED.sub('', root)])
    paths = [star.with_name(name + ending) for name in roots]
    # A refinement that was continued under another name leaves the one before it in this folder.
    others = sorted(star.parent.glob('*' + ending))
    return [path for path in paths if path.is_file()] or (others if len(others) == 1 else [])


def _text(block, label, star):
    value = block.get(label)
    if not isinstance(value, str) or not value:
        raise JobError(f'{star.name} is damaged: it has no {label}')
    return value


def _size(block, label, star):
    text = _text(block, label, star)
    value = _whole(text)
    if value is None or value < 1:
        raise JobError(f'{star.name} is damaged: {label} is "{text}"')
    return value


def _whole(text):
    try:
        return int(text)
    except (TypeError, ValueError):
        return None


def _flag(block, label):
    return _whole(block.get(label)) not in (None, 0)


def _positive(block, label):
    try:
        value = float(block.get(label))
    except (TypeError, ValueError):
        return None
    return value if value > 0 and math.isfinite(value) else None
