"""`occupy atoms`: values, averages, attributes, columns, colours, table, plot."""

import csv
import re

import numpy as np
import pytest
from chimerax.core.errors import UserError

from ..models import atom_line, strand

# The two blobs lie at these places (Å): x of 48 voxels of 1.5, y of 44, z of 40.
FULL, PARTIAL = (21.6, 33, 30), (50.4, 33, 30)


def in_blob(centre, chain, count=5, first=1, serial=1):
    start = (centre[0], centre[1] - 1.9 * (count - 1) / 2, centre[2])
    return strand(chain, start, count, first, serial)


@pytest.fixture
def pair(blobs, run, open_model):
    """Map #1 with an occupancy estimate #2, and model #3 with a chain in each blob."""
    run('occupy #1 mode occupancy color false')
    return open_model([*in_blob(FULL, 'A'), *in_blob(PARTIAL, 'B', serial=50)])


def chain_scales(model):
    """The attribute of each chain; ChimeraX 1.7 crashes on chains that a test holds at its end."""
    return [getattr(chain, 'occupancy_scale', None) for chain in model.chains]


def scales(atoms):
    return [atom.occupancy_scale for atom in atoms]


def test_values_are_interpolated_as_chimerax_does(session, run, pair):
    (readout,) = run('occupy atoms #3 map #1')
    values, outside = run('measure mapvalues #2 atoms #3')
    assert not len(outside)
    np.testing.assert_allclose(readout.values, values, atol=1e-5)
    assert readout.part_values[0] > 0.8 > 0.6 > readout.part_values[1]


def test_averages(run, pair):
    (readout,) = run('occupy atoms #3 map #1')
    for index, residue in enumerate(pair.residues):
        own = [atom.occupancy_scale for atom in residue.atoms]
        assert residue.occupancy_scale == pytest.approx(np.mean(own))
        assert readout.residue_values[index] == pytest.approx(residue.occupancy_scale)
    means = [np.mean(scales(pair.residues[part].atoms)) for part in (slice(5), slice(5, 10))]
    assert chain_scales(pair) == pytest.approx(means)
    assert readout.part_values.tolist() == pytest.approx(means)


def test_any_placement(run, pair):
    (before,) = run('occupy atoms #3 map #1')
    run('turn y 40; move x 7 models #1,3; move z 5')
    (after,) = run('occupy atoms #3 map #1')
    np.testing.assert_allclose(before.values, after.values, atol=1e-4)
    run('move x 28.8 models #3 coordinateSystem #1')
    (moved,) = run('occupy atoms #3/A map #1')
    assert moved.part_values[0] == pytest.approx(before.part_values[1], abs=0.02)


def test_a_working_grid(session, run, blobs, open_model):
    run('occupy #1 mode occupancy color false')
    model = open_model(in_blob(FULL, 'A'))
    (fine,) = run('occupy atoms #3 map #1')
    run('occupy #1 mode occupancy maxBox 30 color false')
    (coarse,) = run('occupy atoms #3 map #1')
    assert chain_scales(model) == pytest.approx([coarse.part_values[0]])
    assert coarse.part_values[0] == pytest.approx(fine.part_values[0], abs=0.15)
    expected, _ = run('measure mapvalues #2 atoms #3')
    np.testing.assert_allclose(coarse.values, expected, atol=1e-5)


def test_outside_is_counted_and_left_out(run, log, pair, open_model):
    (readout,) = run('occupy atoms #3 map #1')
    assert readout.outside == 0
    run('move x 25 atoms #3/B')
    atom = pair.residues[-1].atoms[0]
    assert hasattr(atom, 'occupancy_scale')
    (readout,) = run('occupy atoms #3 map #1')
    assert readout.outside == 20
    assert '20 atoms outside the map are left out' in log.text()
    # Nothing of an earlier run stays there.
    assert not hasattr(atom, 'occupancy_scale')
    assert not hasattr(atom.residue, 'occupancy_scale')
    assert chain_scales(pair)[1] is None
    assert readout.part_atoms.tolist() == [20, 0]


def test_a_selection(run, log, pair):
    run('select #3/A:2-3')
    (readout,) = run('occupy atoms sel map #1')
    assert len(readout.layout.residues) == 2
    assert not hasattr(pair.residues[0], 'occupancy_scale')
    assert '#3/A' in log.text()


def test_several_models(run, pair, open_model):
    open_model(in_blob(PARTIAL, 'A'), 'other')
    (readout,) = run('occupy atoms #3,4 map #1')
    assert [part.name for part in readout.layout.parts] == ['#3/A', '#3/B', '#4/A']
    assert readout.part_values[1] == pytest.approx(readout.part_values[2], abs=1e-3)


def test_each_ligand_has_a_row_and_waters_one(run, log, blobs, open_model, tmp_path):
    run('occupy #1 mode occupancy color false')
    others = [('ZN', 'ZN', 101, PARTIAL), ('ZN', 'ZN', 102, FULL), ('P', 'PO4', 103, PARTIAL),
              ('O', 'HOH', 201, FULL), ('O', 'HOH', 202, PARTIAL)]
    model = open_model([*in_blob(FULL, 'A'), *(
        atom_line(90 + i, name, residue, 'A', number, place, hetero=True)
        for i, (name, residue, number, place) in enumerate(others))])
    path = tmp_path / 'rows.csv'
    (readout,) = run(f'occupy atoms #3 map #1 file {path}')
    assert [part.name for part in readout.layout.parts] == [
        '#3/A', '#3/A ZN 101', '#3/A ZN 102', '#3/A PO4 103', '#3/A water']
    assert [part.kind for part in readout.layout.parts] == [
        'polymer', 'ligand', 'ligand', 'ligand', 'water']
    polymer, partial, full, phosphate, waters = readout.part_values
    # The mean of both places is the waters' alone.
    assert min(polymer, full) > 0.8 > partial
    assert phosphate == pytest.approx(partial)
    assert waters == pytest.approx((full + partial) / 2)
    assert chain_scales(model) == pytest.approx([polymer])
    for name in ('ZN 101', 'ZN 102', 'PO4 103', 'water'):
        assert name in log.text()
    rows = list(csv.DictReader(path.read_text(encoding='utf-8').splitlines()))
    assert [row['kind'] for row in rows] == ['polymer'] * 5 + ['ligand'] * 3 + ['water'] * 2


def test_links_select_what_they_name(session, run, pair, open_model):
    from chimerax.occupy.commands.atoms import _table
    open_model(in_blob(PARTIAL, 'A'), 'other')
    (readout,) = run('occupy atoms #3,4 map #1')
    html = _table([readout])
    links = re.findall(r'title="Select ([^"]*)" href="cxcmd:([^"]*)"', html)
    assert len(links) == 9
    for title, command in links:
        run(command)
        residues = session.selection.items('atoms')[0].unique_residues
        expected = 5 if title.startswith('#') else 1
        assert len(residues) == expected, (title, command)
        if title.startswith('#'):
            assert f'#{residues[0].structure.id_string}/{residues[0].chain_id}' == title


def test_links_hold_when_another_model_is_opened(session, run, pair, open_model):
    from chimerax.occupy.commands.logtables import selecting
    (readout,) = run('occupy atoms #3 map #1')
    part = readout.layout.parts[0]
    assert selecting(readout.layout.residues[part.residues]) == '#3/A'
    assert selecting(readout.layout.residues[part.residues[1:4]]) == '#3/A:2-4'
    assert selecting(readout.layout.residues[np.array([0, 1, 4])]) == '#3/A:1-2,5'


def test_links_to_parts_of_a_chain(session, run, blobs, open_model):
    from chimerax.occupy.commands.logtables import selecting
    run('occupy #1 mode occupancy color false')
    ion = atom_line(90, 'ZN', 'ZN', 'A', 101, PARTIAL, hetero=True)
    inserted = atom_line(70, 'CA', 'GLY', 'A', 11, (21, 40, 30), insertion='A')
    open_model([*in_blob(FULL, 'A', 2), *in_blob(FULL, 'A', 3, first=9, serial=20), inserted, ion])
    (readout,) = run('occupy atoms #3 map #1')
    polymer, other = readout.layout.parts
    for part, spec in ((polymer, '#3/A:11A,1-11'), (other, '#3/A:101')):
        residues = readout.layout.residues[part.residues]
        assert selecting(residues) == spec
        run(f'select {spec}')
        assert len(session.selection.items('atoms')[0].unique_residues) == len(residues)


def test_attributes_select(session, run, pair):
    run('occupy atoms #3 map #1')
    run('select #3::occupancy_scale<0.65')
    chains = set(session.selection.items('atoms')[0].residues.chain_ids)
    assert chains == {'B'}
    run('select #3@@occupancy_scale>=0')
    assert len(session.selection.items('atoms')[0]) == 40


def test_modes_have_attributes_of_their_own(run, pair):
    run('occupy #1 mode resolution color false')
    (latest,) = run('occupy atoms #3')
    assert latest.attribute == 'resolution_scale'
    (asked,) = run('occupy atoms #3 mode occupancy')
    assert asked.attribute == 'occupancy_scale'
    assert not np.allclose(latest.values, asked.values)
    (by_scale_map,) = run('occupy atoms #3 map #2')
    assert by_scale_map.mode == 'occupancy'


def test_csv(run, pair, tmp_path):
    path = tmp_path / 'scale.csv'
    run(f'occupy atoms #3 map #1 file {path}')
    rows = list(csv.DictReader(path.read_text(encoding='utf-8').splitlines()))
    assert list(rows[0]) == ['model', 'chain', 'number', 'insertion_code', 'residue', 'kind',
                             'atoms', 'occupancy_scale']
    assert len(rows) == 10
    for row, residue in zip(rows, pair.residues, strict=True):
        assert (row['chain'], int(row['number'])) == (residue.chain_id, residue.number)
        assert float(row['occupancy_scale']) == pytest.approx(residue.occupancy_scale, abs=1e-4)
        assert (row['residue'], row['atoms'], row['kind']) == ('ALA', '4', 'polymer')


def test_a_map_without_an_estimate_gets_one(session, run, blobs, open_model):
    open_model(in_blob(FULL, 'A'))
    (readout,) = run('occupy atoms #2')
    assert readout.mode == 'occupancy'
    assert session.models.list(model_id=(3,))[0].name == 'blobs occupancy scale'
    (again,) = run('occupy atoms #2 map #1')
    np.testing.assert_array_equal(again.values, readout.values)
    assert len(session.models.list(model_id=(4,))) == 0


def test_several_maps_and_a_series(session, run, two_blobs, open_model, tmp_path):
    from chimerax.map import volume_from_grid_data
    from chimerax.map_data import ArrayGridData
    from chimerax.map_series import MapSeries
    grids = [ArrayGridData(two_blobs(occupancies=(1.0, low)), step=(1.5,) * 3, name=f'{low}')
             for low in (0.3, 0.8)]
    volumes = [volume_from_grid_data(grid, session, open_model=False, show_dialog=False)
               for grid in grids]
    series = MapSeries('series', volumes, session)
    session.models.add([series])
    model = open_model([*in_blob(FULL, 'A'), *in_blob(PARTIAL, 'B', serial=50)])
    path, picture = tmp_path / 'both.csv', tmp_path / 'both.png'
    readouts = run(f'occupy atoms #{model.id_string} map #{series.id_string} file {path} '
                   f'plot {picture}')
    assert len(readouts) == 2
    assert [readout.attribute for readout in readouts] == [
        f'occupancy_scale_{volume.id_string.replace(".", "_")}' for volume in volumes]
    assert readouts[0].part_values[1] < readouts[1].part_values[1]
    header = path.read_text(encoding='utf-8').splitlines()[0]
    assert header.endswith(','.join(readout.attribute for readout in readouts))
    assert picture.stat().st_size > 5000
    spec = f'#{model.id_string} map #{series.id_string}'
    for words in ('color true', 'column bfactor'):
        with pytest.raises(UserError, match='one map'):
            run(f'occupy atoms {spec} {words}')


@pytest.mark.parametrize(('column', 'attribute'),
                         [('occupancy', 'occupancies'), ('bfactor', 'bfactors')])
@pytest.mark.parametrize('ending', ['pdb', 'cif'])
def test_a_saved_model_carries_it(session, run, pair, tmp_path, column, attribute, ending):
    (readout,) = run(f'occupy atoms #3 map #1 column {column}')
    np.testing.assert_allclose(getattr(pair.atoms, attribute), readout.values, atol=1e-6)
    path = tmp_path / f'saved.{ending}'
    run(f'save {path} models #3')
    again = run(f'open {path}')[0]
    np.testing.assert_allclose(getattr(again.atoms, attribute), readout.values, atol=0.0051)


def test_the_column_can_be_undone(session, run, pair):
    before = pair.atoms.bfactors.copy()
    run('occupy atoms #3 map #1 column bfactor')
    assert not np.allclose(pair.atoms.bfactors, before)
    run('undo')
    np.testing.assert_array_equal(pair.atoms.bfactors, before)
    run('redo')
    assert not np.allclose(pair.atoms.bfactors, before)


@pytest.mark.parametrize(('shares', 'kept'), [
    ((0.6, 0.4), (0.6, 0.4)), ((0.3, 0.3), (0.5, 0.5)), ((0.0, 0.0), (0.5, 0.5)),
    ((1.0, 0.0), (1.0, 0.0)), ((0.2, 0.5, 0.3), (0.2, 0.5, 0.3))])
@pytest.mark.parametrize('column', ['occupancy', 'bfactor'])
def test_alternate_locations_keep_their_shares(run, log, blobs, open_model, column, shares, kept):
    run('occupy #1 mode occupancy color false')
    place = [FULL[0], FULL[1], FULL[2] + 2]
    beside = [place[0] + 1.5, *place[1:]]
    lines = in_blob(FULL, 'A')
    for number, (letter, share) in enumerate(zip('ABC', shares, strict=False)):
        lines.append(atom_line(80 + 2 * number, 'P', 'PO4', 'A', 90, place, alternate=letter,
                               hetero=True, occupancy=share))
    # This atom is known of the first conformer only.
    lines.append(atom_line(95, 'O', 'PO4', 'A', 90, beside, alternate='A', hetero=True,
                           occupancy=shares[0]))
    model = open_model(lines)
    phosphorus, oxygen = (next(atom for atom in model.residues[-1].atoms if atom.name == name)
                          for name in 'PO')
    attribute = 'occupancy' if column == 'occupancy' else 'bfactor'

    def held(atom):
        found = []
        for location in sorted(atom.alt_locs) or [None]:
            with atom.suppress_alt_loc_change_notifications():
                if location is not None:
                    atom.alt_loc = location
                found.append(getattr(atom, attribute))
        return found

    before = held(phosphorus), held(oxygen)
    shown = phosphorus.alt_loc
    run(f'occupy atoms #3 map #1 column {column}')
    if column == 'bfactor':
        assert held(phosphorus) == pytest.approx([phosphorus.occupancy_scale] * len(shares))
        assert 'shared out' not in log.text()
    else:
        assert held(phosphorus) == pytest.approx([
            phosphorus.occupancy_scale * share for share in kept], abs=1e-6)
        assert held(oxygen) == pytest.approx([oxygen.occupancy_scale * kept[0]], abs=1e-6)
        assert 'shared out among alternate locations' in log.text()
        # What has no alternate location gets the scale itself.
        other = model.residues[0].atoms[0]
        assert other.occupancy == pytest.approx(other.occupancy_scale, abs=1e-6)
    run('undo')
    assert (held(phosphorus), held(oxygen)) == before
    assert phosphorus.alt_loc == shown


def test_outside_keeps_its_column(run, log, pair):
    run('move x 25 atoms #3/B')
    run('occupy atoms #3 map #1 column bfactor')
    assert set(pair.residues[5:].atoms.bfactors) == {20.0}
    assert 'keep what they had' in log.text()


def test_colours_and_key(session, run, pair):
    from chimerax.color_key.model import get_model
    before = pair.atoms.colors.copy(), pair.residues.ribbon_colors.copy()
    run('occupy atoms #3 map #1 palette occupy-classic range 0,1')
    colors, ribbons = pair.atoms.colors, pair.residues.ribbon_colors
    # Red is low, blue is high.
    low, high = pair.residues[7].atoms[1], pair.residues[2].atoms[1]
    assert int(low.color[2]) - int(low.color[0]) < int(high.color[2]) - int(high.color[0])
    assert not np.array_equal(colors, before[0])
    assert len(np.unique(ribbons, axis=0)) > 2
    key = get_model(session, create=False)
    assert key.display
    labels = [label.strip() for _, label in key.rgbas_and_labels if label]
    assert labels == ['0', 'occupancy scale', '1']
    run('undo')
    np.testing.assert_array_equal(pair.atoms.colors, before[0])
    np.testing.assert_array_equal(pair.residues.ribbon_colors, before[1])


def test_colours_are_those_of_surfaces(run, pair):
    from chimerax.occupy.session import coloring
    (readout,) = run('occupy atoms #3 map #1 color true key false')
    colormap = coloring.ranged(coloring.palette('occupy'), None)
    expected = colormap.interpolated_rgba8(readout.values.astype(np.float32))
    assert np.abs(pair.atoms.colors.astype(int) - expected).max() <= 1


def test_sessions(session, run, pair, tmp_path):
    run('occupy atoms #3 map #1 column bfactor color true')
    values = [atom.occupancy_scale for atom in pair.atoms]
    of_chains = chain_scales(pair)
    colors = pair.atoms.colors.copy()
    run('wait 1')
    path = tmp_path / 'saved.cxs'
    run(f'save {path}')
    run('close')
    run(f'open {path}')
    model = session.models.list(model_id=(3,))[0]
    assert [atom.occupancy_scale for atom in model.atoms] == pytest.approx(values)
    assert chain_scales(model) == pytest.approx(of_chains)
    assert all(hasattr(residue, 'occupancy_scale') for residue in model.residues)
    np.testing.assert_array_equal(model.atoms.colors, colors)
    (again,) = run('occupy atoms #3 map #1')
    np.testing.assert_allclose(again.values, values, atol=1e-6)


@pytest.mark.parametrize('ending', ['png', 'svg', 'pdf'])
def test_plot(run, pair, tmp_path, ending):
    path = tmp_path / f'sequence.{ending}'
    run(f'occupy atoms #3 map #1 plot {path}')
    assert path.stat().st_size > 3000


def test_the_plot_leaves_gaps_and_takes_insertion_codes(run, blobs, open_model):
    from chimerax.occupy.figures.sequence import sequence_figure
    from chimerax.occupy.session import coloring
    run('occupy #1 mode occupancy color false')
    inserted = [atom_line(70, 'CA', 'GLY', 'B', 3, (50, 33, 30), insertion='A'),
                atom_line(71, 'CA', 'GLY', 'B', 3, (50, 36, 30), insertion='B')]
    open_model([*in_blob(FULL, 'A', 2), *in_blob(FULL, 'A', 2, first=9, serial=20),
                *in_blob(PARTIAL, 'B', 2, serial=40), *inserted])
    (readout,) = run('occupy atoms #3 map #1')
    figure = sequence_figure([readout], coloring.ranged(coloring.palette('occupy'), None))
    first, second = figure.axes
    assert np.isnan(first.lines[0].get_ydata()).sum() == 1
    assert first.get_title(loc='left').startswith('#3/A')
    assert len(second.lines[0].get_xdata()) == 4


BAD = {
    'occupy atoms #1 map #1': 'no atoms are named',
    'occupy atoms #3 map #3': 'is not a map',
    'occupy atoms #3 map #1 file scale.txt': 'must end in .csv',
    'occupy atoms #3 map #1 file /nowhere/at/all/scale.csv': 'there is no folder',
    'occupy atoms #3 map #1 plot scale.gif': 'plot must end in',
    'occupy atoms #3 map #1 plot true': 'no window to plot in',
    'occupy atoms #3 map #1 range 1,0': 'must rise',
    'occupy atoms #3 map #1 color false palette occupy': 'contradicts',
    'occupy atoms #3 map #1 column charge': 'occupancy',
}


@pytest.mark.parametrize('command', BAD)
def test_mistakes_are_told_before_any_work(session, run, pair, command, pytestconfig):
    if 'plot true' in command and session.ui.is_gui:
        pytest.skip('there is a window')
    count = len(session.models.list())
    with pytest.raises(UserError, match=BAD[command]):
        run(command)
    assert len(session.models.list()) == count
    assert not hasattr(pair.atoms[0], 'occupancy_scale')


def test_nothing_on_the_map(run, pair):
    run('move x 500 models #3')
    with pytest.raises(UserError, match='none of these atoms lies within'):
        run('occupy atoms #3 map #1')


def test_no_sequence_to_plot(run, blobs, open_model, tmp_path):
    open_model([atom_line(1, 'ZN', 'ZN', 'A', 1, FULL, hetero=True)])
    with pytest.raises(UserError, match='no sequence'):
        run(f'occupy atoms #2 map #1 plot {tmp_path / "x.png"}')


def test_several_maps_open_and_none_named(run, open_array, open_model):
    open_array()
    open_array()
    open_model(in_blob(FULL, 'A'))
    with pytest.raises(UserError, match='several maps are open'):
        run('occupy atoms #3')
