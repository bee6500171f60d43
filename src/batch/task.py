"""The work on one map as it is handed to whoever does it."""

from dataclasses import asdict, dataclass
from pathlib import Path

from ..mapfiles import map_name
from .groups import file_of
from .versions import version


@dataclass(frozen=True)
class Reference:
    """What is taken over from another estimate (`core.estimate`, full_scale_from)."""

    full_scale: float
    noise_floor: float


@dataclass(frozen=True)
class Task:
    """One map and what to make of it; of plain values, so that it travels to other machines.

    `map`: absolute path, and `given` as the user wrote it. `stem`: path of the results up to the
    word for each, with {result} in its place. `request`: `Request.as_dict`. `full_scale`: the
    values of a `Reference`, or None. `inputs`: absolute paths of masks,
    models and a list of groups by role. `version`: of the
    program that asks. `kind`: of the work, see `work.KINDS`.
    """

    map: str
    given: str
    stem: str
    request: dict
    inputs: dict
    overwrite: bool = False
    full_scale: tuple | None = None
    threads: int | None = None
    version: str = ''
    kind: str = 'map'

    def path(self, result, suffix):
        """Where a result goes."""
        return Path(self.stem.replace('{result}', result) + suffix)

    def as_dict(self):
        """As JSON takes it; `Task(**values)` is the reverse."""
        return asdict(self)


def model_roles(count):
    """The roles of so many models among the inputs."""
    return ['model'] if count == 1 else [f'model {number + 1}' for number in range(count)]


def models_in(inputs):
    """The paths of models among inputs by role, in their order."""
    return [path for role, path in inputs.items() if role.split()[0] == 'model']


def plan(given, path, request, output_dir, pattern, **options):
    """The `Task` for one map: where it is, where its results go, which masks belong to it."""
    path = Path(path).absolute()
    words = {'name': map_name(path), 'folder': path.parent.name}
    stem = Path(output_dir).absolute() / pattern.format(**words, result='{result}')
    given_paths = {role: getattr(request, role) for role in ('solvent_mask', 'full_scale_region')}
    given_paths |= dict(zip(model_roles(len(request.model)), request.model, strict=True))
    given_paths['groups'] = file_of(request.groups)
    inputs = {}
    for role, other in given_paths.items():
        if other is not None:
            for word, value in words.items():
                other = other.replace(f'{{{word}}}', value)
            inputs[role] = str(Path(other).absolute())
    return Task(str(path), given, str(stem), request.as_dict(), inputs, version=version(),
                **options)
