"""`occupy plot` and `occupy report`, and the figures behind them."""

import csv
import json

import numpy as np
import pytest
from chimerax.core.errors import UserError


@pytest.fixture
def found(run, session, blobs):
    """The occupancy-mode estimate of #1."""
    from chimerax.occupy.session.record import record
    run('occupy #1 mode occupancy color false')
    return record(session).estimate_for(blobs, 'occupancy')


@pytest.mark.parametrize('ending', ['png', 'svg', 'pdf'])
def test_plot_is_written_as_an_image(run, found, tmp_path, ending):
    run(f'occupy plot #1 file {tmp_path}/plot.{ending}')
    start = (tmp_path / f'plot.{ending}').read_bytes()[:60]
    assert {'png': b'\x89PNG', 'svg': b'<?xml', 'pdf': b'%PDF'}[ending] in start


def test_plot_shows_the_model_and_the_curves_in_use(run, found):
    run('occupy sigmoid #1 power 7 pivot 0.2')
    from chimerax.occupy.core import Modification
    from chimerax.occupy.figures import solvent as plots
    figure = plots.solvent_figure(found, [Modification('sigmoid', power=7, pivot=0.2)])
    model, curves = figure.axes[0], figure.axes[1]
    assert model.get_yscale() == 'log'
    drawn = {line.get_label(): line for axes in figure.axes for line in axes.get_lines()}
    np.testing.assert_allclose(drawn['confidence'].get_ydata(), found.solvent.confidence)
    full = next(line for label, line in drawn.items() if label.startswith('full scale'))
    assert full.get_xdata()[0] == found.full_scale
    assert [text.get_text() for text in curves.get_legend().get_texts()] == [
        'unchanged', 'sigmoid, power 7, pivot 0.2']


def test_table_has_a_row_for_each_bin(run, found, tmp_path):
    run('occupy amplify #1 power 5')
    run(f'occupy plot #1 file {tmp_path}/plot.csv')
    with open(tmp_path / 'plot.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1000
    assert list(rows[0]) == ['density', 'histogram', 'gaussian', 'confidence', 'scale', 'amplify']
    confidence = np.array([float(row['confidence']) for row in rows])
    np.testing.assert_allclose(confidence, found.solvent.confidence, atol=1e-6)
    scale, aimed = (np.array([float(row[name]) for row in rows]) for name in ('scale', 'amplify'))
    np.testing.assert_allclose(aimed, scale ** 0.2, atol=1e-5)


def test_report_is_a_table_and_a_file(run, found, log, tmp_path):
    report = run(f'occupy report #1 file {tmp_path}/report.json')
    written = json.loads((tmp_path / 'report.json').read_text(encoding='utf-8'))
    assert written == json.loads(json.dumps(report))
    assert report['full_scale']['value'] == found.full_scale
    assert report['parameters']['tau'] == found.parameters.tau
    assert report['solvent']['mean'] == found.solvent.mean
    assert f'{found.full_scale:.6g}' in log.text()
    run(f'occupy report file {tmp_path}/report.txt')
    text = (tmp_path / 'report.txt').read_text(encoding='utf-8')
    assert 'lowPass' in text
    assert f'{found.kernel_voxels}' in text


@pytest.mark.parametrize(('command', 'words'), [
    ('occupy plot #1', 'there is no window'),
    ('occupy plot #1 file plot.gif', 'file must end in .png'),
    ('occupy report #1 file report.png', 'file must end in .json'),
    ('occupy plot #1 file /no/such/folder/plot.png', 'cannot write'),
    ('occupy report #1 file /no/such/folder/report.txt', 'cannot write'),
    ('occupy report #1 mode resolution', 'has no resolution-mode estimate'),
])
def test_refusals(run, found, command, words):
    with pytest.raises(UserError, match=words):
        run(command)


def test_without_an_estimate(run, blobs):
    with pytest.raises(UserError, match='type "occupy" first'):
        run('occupy report')
    with pytest.raises(UserError, match='has no estimate'):
        run('occupy plot #1')
