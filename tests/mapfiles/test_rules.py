"""What headers are refused for and what is remarked."""

import gzip

import pytest
from chimerax.occupy.core import wording
from chimerax.occupy.mapfiles import read_header, read_map, rules


def refusal(path, **options):
    """The rule that refuses a file, or None."""
    found = rules.refusal(read_header(path)[0], **options)
    return found and found.rule


@pytest.mark.parametrize(('rule', 'options'), [
    (None, {}),
    (None, {'group': 401}), (None, {'group': 401, 'counts': (44, 42, 0), 'cell': (66, 63, 60)}),
    (rules.STACK, {'group': 401, 'counts': (44, 42, 20)}),
    (rules.STACK, {'group': 630, 'counts': (44, 42, 8)}),
    (rules.VOXEL_SIZE, {'counts': (0, 0, 0)}), (rules.VOXEL_SIZE, {'counts': (44, 0, 40)}),
    (rules.VOXEL_SIZE, {'cell': (66, 0, 60)}), (rules.VOXEL_SIZE, {'cell': (-66, 63, 60)}),
    (rules.VOXEL_SIZE, {'cell': (float('inf'), 63, 60)}),
])
@pytest.mark.parametrize('order', ['<', '>'])
def test_refusals(blobs, write, tmp_path, rule, options, order):
    if rule is None and 0 in options.get('counts', ()):
        rule = rules.VOXEL_SIZE
    path = write(tmp_path / 'a.mrc', blobs, order=order, **{'cell': (66, 63, 60), **options})
    assert refusal(path) == rule
    known = refusal(path, knows_voxel_size=True)
    assert known == (None if rule == rules.VOXEL_SIZE else rule)


def test_a_plane_is_refused_along_every_axis(blobs, write, tmp_path):
    for part in (blobs[:1], blobs[:, :1], blobs[:, :, :1]):
        assert refusal(write(tmp_path / 'a.mrc', part)) == rules.PLANE


@pytest.mark.parametrize(('group', 'is_told'), [
    (0, False), (1, False), (2, True), (19, True), (230, True), (231, False), (401, False)])
def test_crystals_are_told(blobs, write, tmp_path, group, is_told):
    notes = read_map(write(tmp_path / 'a.mrc', blobs, group=group)).notes
    assert any(f'space group {group} of a crystal' in note for note in notes) == is_told
    assert len(notes) == is_told


def test_remarks_are_those_of_the_reader(blobs, write, tmp_path):
    odd = [{'stamp': b''}, {'announced': 160}, {'group': 0, 'counts': (44, 42, 1)}, {'group': 5}]
    for options in odd:
        path = write(tmp_path / 'a.mrc', blobs, **options)
        header, packed = read_header(path)
        assert not packed
        found = rules.remarks(header, path, path.stat().st_size)
        assert found == list(read_map(path).notes)
        assert len(found) == 1
    packed = tmp_path / 'a.mrc.gz'
    packed.write_bytes(gzip.compress(path.read_bytes()))
    header, is_packed = read_header(packed)
    assert is_packed
    assert rules.remarks(header, packed) == found


def test_what_file_and_density_both_say_is_told_once():
    images = [wording.Remark(text, kind=wording.IMAGES) for text in ('by its file', 'to look at')]
    file, density = [images[0], 'no MAP'], [images[1]]
    assert rules.told(file, density) == ['no MAP', *density]
    assert rules.told(file, ['inverted']) == [*file, 'inverted']
