"""The log, read again, and the report that is drawn of it."""

import pytest
from chimerax.occupy.relion import log
from chimerax.occupy.relion.cli import main
from chimerax.occupy.relion.report import class_sizes, curves_of


def _folder(tmp_path):
    for iteration in (1, 2, 3):
        for number in (1, 2):
            log.append(tmp_path, {
                'name': f'run_it{iteration:03d}_class{number:03d}', 'iteration': iteration,
                'class': number, 'status': 'changed' if number == 1 else 'kept',
                'full_scale': 0.1 * iteration, 'variability': 0.25, 'changed': 0.1 / iteration,
                'reason': None if number == 1 else 'the map is "odd": it\'s no map'})
        (tmp_path / f'run_it{iteration:03d}_model.star').write_text(
            'data_model_classes\n\nloop_\n_rlnReferenceImage #1\n_rlnClassDistribution #2\n'
            f'a.mrc {0.5 + iteration / 10}\nb.mrc {0.5 - iteration / 10}\n')
    return tmp_path


def test_what_is_logged_is_read_again(tmp_path):
    lines = log.read(_folder(tmp_path))
    assert len(lines) == 6
    assert lines[1]['reason'] == 'the map is "odd": it\'s no map'
    curves = curves_of(lines)
    assert curves['full_scale']['class 1'] == [(1, 0.1), (2, 0.2), (3, 0.3)]
    assert class_sizes(tmp_path)['class 2'] == [(1, 0.4), (2, 0.3), (3, 0.2)]


def test_a_line_that_was_cut_short_is_passed_over(tmp_path):
    folder = _folder(tmp_path)
    with (folder / log.NAME).open('a') as file:
        file.write('2026-01-01T00:00:00 name=run_it004_class001 iteration=4 reason="it')
    assert len(log.read(folder)) == 6


def test_a_report_is_drawn(tmp_path, capsys):
    pytest.importorskip('matplotlib')
    folder = _folder(tmp_path)
    assert main(['report', str(folder)]) == 0
    assert (folder / 'occupy_relion.png').read_bytes()[:4] == b'\x89PNG'
    assert '6 maps, 3 of them changed' in capsys.readouterr().out


@pytest.mark.parametrize(('given', 'made'), [
    ('pictures', 'pictures/occupy_relion.png'), ('report', 'report.png'),
    ('report.pdf', 'report.pdf')])
def test_the_picture_is_where_it_is_said_to_be(tmp_path, capsys, monkeypatch, given, made):
    pytest.importorskip('matplotlib')
    monkeypatch.setattr('chimerax.occupy.relion.report.draw', lambda *_: None)
    (tmp_path / 'pictures').mkdir()
    assert main(['report', str(_folder(tmp_path)), '-o', str(tmp_path / given)]) == 0
    assert (tmp_path / made).is_file()
    assert capsys.readouterr().out.splitlines()[0].endswith(f': {tmp_path / made}')
    assert main(['report', str(tmp_path), '-o', str(tmp_path / 'none' / 'report.png')]) == 1
    assert capsys.readouterr().err.endswith(' cannot be written: No such file or directory\n')


@pytest.mark.parametrize('what', ['no log', 'empty log', 'no folder'])
def test_a_folder_without_a_log_is_told(tmp_path, capsys, what):
    if what == 'empty log':
        (tmp_path / log.NAME).touch()
    folder = tmp_path / 'none' if what == 'no folder' else tmp_path
    assert main(['report', str(folder)]) != 0
    assert capsys.readouterr().err.count('\n') == 1
