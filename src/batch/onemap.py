"""The work on one map of a batch: read, estimate, modify, write, report."""

import csv
import time
from dataclasses import asdict
from pathlib import Path

from ..core import (
    Modifier,
    check_modification,
    estimate,
    make_mask,
    next_steps,
)
from ..core.describe import OCCUPANCY_COLUMNS, cell, occupancy_row
from ..core.parameters import PLOT_DPI
from ..core.progress import Stages
from ..mapfiles import result_suffix, write_map
from ..mapfiles.rules import told
from . import report as reports
from .fitting import fit_map
from .inputs import Inputs
from .labels import of_mask, of_modification, of_scale
from .outcome import ALREADY_DONE, DONE, FAILED, Outcome
from .request import Request
from .results import Results
from .task import Reference, models_in
from .versions import version
from .wording import sentence


def figure_function():
    """The function that draws a solvent model; `ValueError` where there is no matplotlib."""
    try:
        import matplotlib.figure  # noqa: F401 - what the drawing imports in the end
    except ImportError as error:
        raise ValueError('plots need matplotlib, which is not installed here') from error
    from ..figures.solvent import solvent_figure
    return solvent_figure


def process(task, progress=None):
    """Do the work on one map: the `Outcome` of a `Task`; what goes wrong is raised."""
    request = Request(**task.request)
    report_path = task.path('report', '.json')
    paths = {'map': task.map, **task.inputs}
    asked = {**task.request, 'full_scale_taken': task.full_scale}
    state, own = reports.read_state(report_path, asked, paths)
    if state == reports.COMPLETE and not task.overwrite:
        refused = reports.refused_in(report_path)
        return Outcome(task.given, FAILED if refused else ALREADY_DONE,
                       refusal_sentence(refused) if refused else 'done by an earlier batch',
                       files=tuple(map(str, own)), report=str(report_path))
    if state == reports.OTHER and not task.overwrite:
        raise ValueError('results of other parameters or of another file are there and were kept; '
                         'give --overwrite, or another --output-dir')
    with Results(task.overwrite) as results:
        return _Work(task, request, results, progress).run(
            report_path, asked, paths, own if state == reports.UNFINISHED else ())


class _Work:
    """The steps of the work on one map, and what they share."""

    def __init__(self, task, request, results, progress):
        self.task = task
        self.request = request
        self.results = results
        self.seconds = {}
        self.made = {}
        self.masks = {}
        self.refused = {}
        self.draw = figure_function() if request.plots else None
        self.stages = Stages(progress, {
            'Reading': 1, 'Estimating': 8, 'Fitting the model': 16 * bool(request.model),
            'Writing maps': 2, 'Making masks': 4 * len(request.masks) + 0.1,
            'Modifying': 6 * len(request.modifications) + 0.1})

    def run(self, report_path, asked, paths, own):
        task, request = self.task, self.request
        began = time.monotonic()
        self.stages.next('Reading')
        files = {role: reports.identity(path) for role, path in paths.items()}
        inputs = Inputs(task.map, task.inputs, request.max_box)
        source = inputs.source
        for role, level in inputs.levels.items():
            files[role]['level'] = level
        began = self._took('reading', began)

        reference = Reference(*task.full_scale) if task.full_scale else None
        found = estimate(
            source.array, source.axes, request.parameters,
            solvent_mask=inputs.solvent_mask, full_scale_region=inputs.region,
            full_scale_from=reference, progress=self.stages.next('Estimating'))
        began = self._took('estimating', began)
        self.refused = _refused(found, request.modifications)
        fitted = self._fit(source)
        if request.model:
            began = self._took('fitting the model', began)

        suffixes = {'scale': result_suffix(source, found.scale.shape),
                    'map': result_suffix(source, source.array.shape)}
        finals = self._finals(suffixes, fitted)
        self.results.check_free(finals.values(), own)
        self._write_estimate(source, found, finals, fitted)
        self._write_masks(source, found, finals)
        self._write_modified(source, found, finals)
        self._took('modifying and writing', began)

        warnings = [sentence(text) for text in told(inputs.notes, found.warnings)]
        warnings += [sentence(text) for text in (fitted.warnings if fitted else ())]
        note = (f'taken from {request.full_scale_from}' if reference
                else found.full_scale_note)
        report = reports.describe(asked, files, source, found, note, warnings)
        report['modifications'] = {
            word: {name: getattr(modification, name)
                   for name in type(modification).__dataclass_fields__}
            for word, modification in request.modifications.items() if word not in self.refused}
        report['masks'] = self.masks
        report['refused'] = self.refused
        if fitted is not None:
            report['occupancies'] = _of_fit(fitted)
        finals = {word: final for word, final in finals.items() if word in self.made}
        listed = [{'result': word, 'file': _beside(final, report_path),
                   'bytes': self.made[word].stat().st_size} for word, final in finals.items()]
        self.results.commit(
            report_path, reports.text_of(reports.complete(report, listed, self.seconds)),
            reports.text_of({**report, 'files': listed}))
        self.stages.finish()
        status, message = DONE, f'full scale {found.full_scale:.5g} ({note})'
        steps = tuple(next_steps(mask.use, finals[word]).sentence
                      for word, mask in request.masks.items() if word in self.masks)
        if self.refused:
            status, message = FAILED, refusal_sentence(self.refused)
        return Outcome(task.given, status, message, tuple(warnings),
                       tuple(str(final) for final in finals.values()), str(report_path),
                       next_steps=steps)

    def _fit(self, source):
        """The `Occupancies` of the model's groups; None where there is none, or it is refused."""
        request, models = self.request, models_in(self.task.inputs)
        on_fit = self.stages.next('Fitting the model')
        if not models:
            return None
        try:
            return fit_map(source, models, request.groups, request.fit_parameters, request.full,
                           progress=on_fit)
        except ValueError as error:
            self.refused['occupancies'] = sentence(error)
            return None

    def _took(self, what, began):
        now = time.monotonic()
        self.seconds[what] = round(now - began, 3)
        return now

    def _finals(self, suffixes, fitted):
        """The paths of all results, by the words for them, in the order in which they are made."""
        request = self.request
        finals = {}
        if request.scale:
            finals[f'scale_{request.mode}'] = suffixes['scale']
        if request.confidence:
            finals['confidence'] = suffixes['scale']
        finals |= dict.fromkeys(request.masks, suffixes['map'])
        if request.plots:
            finals['solvent_model'] = '.png'
        if fitted is not None:
            finals['occupancies'] = '.csv'
        finals |= dict.fromkeys(self._modifications(), suffixes['map'])
        return {word: self.task.path(word, suffix) for word, suffix in finals.items()}

    def _write_estimate(self, source, found, finals, fitted):
        """Everything that costs little once there is an estimate."""
        p = found.parameters
        self.stages.next('Writing maps')
        for word, final in finals.items():
            if word.startswith('scale_'):
                self._write(word, final, found.scale, source, f'local scale {of_scale(p)}')
            elif word == 'confidence':
                self._write(word, final, found.confidence, source,
                            f'confidence that it is not solvent, {p.low_pass:.4g} A')
            elif word == 'occupancies':
                self.made[word] = self.results.path_for(final)
                _write_occupancies(self.made[word], fitted)
            elif word == 'solvent_model':
                self.made[word] = self.results.path_for(final)
                self.draw(found).savefig(self.made[word], format='png', dpi=PLOT_DPI)

    def _write_masks(self, source, found, finals):
        """The masks; one that would cover nothing is refused, and the rest is made."""
        on_masks, masks = self.stages.next('Making masks'), self.request.masks
        for number, (word, mask) in enumerate(masks.items()):
            def on_one(share, _name=None, number=number):
                on_masks((number + 0.9 * share) / len(masks))

            try:
                array = make_mask(source.array, found, mask, progress=on_one)
            except ValueError as error:
                self.refused[word] = sentence(error)
                continue
            edge = mask.derive_soft_edge(found.parameters.low_pass, found.source_grid)
            self._write(word, finals[word], array, source, f'mask, {of_scale(found.parameters)}',
                        of_mask(mask, edge))
            steps = next_steps(mask.use, finals[word])
            self.masks[word] = {**asdict(mask), 'soft_edge': edge,
                                'next': {'relion': steps.relion, 'cryosparc': steps.cryosparc}}

    def _modifications(self):
        """Those that the estimate can drive."""
        return {word: modification for word, modification in self.request.modifications.items()
                if word not in self.refused}

    def _write_modified(self, source, found, finals):
        modifications = self._modifications()
        on_modified = self.stages.next('Modifying')
        if not modifications:
            return
        modifier = Modifier(source.array, found)
        for number, (word, modification) in enumerate(modifications.items()):
            def on_one(share, _name=None, number=number):
                on_modified((number + 0.9 * share) / len(modifications))

            array = modifier.apply(modification, on_one)
            what = '' if modification.output == 'map' else f'{modification.output} of a '
            self._write(word, finals[word], array, source,
                        f'{what}map modified by its scale, {of_scale(found.parameters)}',
                        of_modification(modification))

    def _write(self, word, final, array, source, *lines):
        name = f'chimerax.occupy {version()}: '
        self.made[word] = temporary = self.results.path_for(final)
        write_map(temporary, array, source, [name + lines[0], *lines[1:]], final.suffix)


def _write_occupancies(path, fitted):
    """Write the table of a fit as CSV."""
    with open(path, 'w', encoding='utf-8', newline='') as stream:
        writer = csv.writer(stream, lineterminator='\n')
        writer.writerow(OCCUPANCY_COLUMNS)
        for group in fitted.groups:
            row = occupancy_row(group)
            writer.writerow([cell(row[name]) for name in OCCUPANCY_COLUMNS])


def _of_fit(fitted):
    """What a report says of a fit beside its table."""
    return {'resolution': fitted.resolution, 'correlation': fitted.correlation,
            'outside': fitted.outside, 'solvent': list(fitted.solvent),
            'full_level': {'value': fitted.full_level, 'how': fitted.full_note,
                           'groups': list(fitted.full_groups)},
            'groups': [occupancy_row(group) for group in fitted.groups]}


def _refused(found, modifications):
    """Why modifications cannot be made, by their words."""
    refused = {}
    for word, modification in modifications.items():
        try:
            check_modification(found, modification)
        except ValueError as error:
            refused[word] = sentence(error)
    return refused


def refusal_sentence(refused):
    """What to say of modifications that were refused, a dict of reasons by word."""
    reasons = ' '.join(dict.fromkeys(refused.values()))
    words = ', '.join(refused)
    one = len(refused) == 1 and 'occupancies' not in refused
    return (f'{words} {"was" if one else "were"} not made: {reasons} '
            '(and --overwrite, as the other results are there now)')


def _beside(path, report):
    """A path as seen from the folder of the report."""
    return Path(path).relative_to(report.parent).as_posix() if (
        report.parent in path.parents) else str(path)
