"""STAR files, as RELION writes them and damaged."""

import pytest
from chimerax.occupy.relion.star import StarError, read_star

GOOD = '''
# version 30001

data_model_general

_rlnPixelSize                           2.500000
_rlnReferenceImage                      "my folder/map 1.mrc"


data_model_classes

loop_
_rlnReferenceImage #1
_rlnClassDistribution #2
run_it001_class001.mrc     0.502856
run_it001_class002.mrc     0.497144

'''


def _file(tmp_path, text):
    path = tmp_path / 'some.star'
    path.write_text(text)
    return path


def test_pairs_and_tables(tmp_path):
    blocks = read_star(_file(tmp_path, GOOD))
    assert blocks['model_general'] == {
        'rlnPixelSize': '2.500000', 'rlnReferenceImage': 'my folder/map 1.mrc'}
    assert blocks['model_classes']['rlnClassDistribution'] == ['0.502856', '0.497144']


@pytest.mark.parametrize('text', [
    '', '\n# only a comment\n', 'no star file at all\n', GOOD + 'run_it001_class003.mrc\n',
    '\0\0\0\0'])
def test_what_is_no_star_file_is_told_in_a_sentence(tmp_path, text):
    with pytest.raises(StarError, match=r'^some\.star is (not a STAR file|damaged)'):
        read_star(_file(tmp_path, text))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(StarError, match=r'none\.star cannot be read: No such file'):
        read_star(tmp_path / 'none.star')
