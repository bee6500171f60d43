"""Models in PDB and mmCIF files: the same atoms from either, and one sentence for what is none."""

import bz2
import gzip
import itertools

import numpy as np
import pytest
from chimerax.occupy.modelfiles import ModelFileError, pdb, read_model

#: element, atom, altloc, residue, chain, number, insertion code, x, occupancy, B, kind, HETATM
ATOMS = [
    ('N', 'N', '', 'ALA', 'A', -3, '', 1.5, 1, 10, 'protein', False),
    ('C', 'CA', '', 'ALA', 'A', -3, '', 2.5, 1, 20, 'protein', False),
    ('H', 'HA', '', 'ALA', 'A', -3, '', 3.5, 1, 20, 'protein', False),
    ('C', 'CA', 'A', 'SER', 'A', 52, '', -4.125, .6, 30, 'protein', False),
    ('C', 'CA', 'B', 'SER', 'A', 52, '', -5.25, .4, 30, 'protein', False),
    ('C', 'CA', '', 'GLY', 'A', 52, 'A', 6, 1, 40.5, 'protein', False),
    ('N', 'N', '', 'SEP', 'A', 53, '', 7, 1, 40, 'protein', True),
    ('C', 'CA', '', 'SEP', 'A', 53, '', 8, 1, 40, 'protein', True),
    ('C', 'C', '', 'SEP', 'A', 53, '', 9, 1, 40, 'protein', True),
    ('O', 'O', '', 'SEP', 'A', 53, '', 9.5, 1, 40, 'protein', True),
    ('P', 'P', '', 'DG', 'B', 1, '', 10, 1, 50, 'nucleic', False),
    ('O', "O5'", '', 'DG', 'B', 1, '', 11, 1, 50, 'nucleic', False),
    ('Fe', 'FE', '', 'HEM', 'A', 200, '', 12, 1, 60, 'ligand', True),
    ('N', 'NA', '', 'HEM', 'A', 200, '', 13, 0, 60, 'ligand', True),
    ('Ca', 'CA', '', 'CA', 'A', 201, '', 14, 1, 60, 'ligand', True),
    ('N', 'N', '', 'GLU', 'A', 202, '', 15, 1, 60, 'ligand', True),
    ('O', 'O', '', 'HOH', 'A', 301, '', 16, 1, 70, 'water', True),
]
FIELDS = ('elements', 'names', 'altlocs', 'residue_names', 'chains', 'numbers', 'insertions', None,
          'occupancies', 'b_factors', 'kinds')


def pdb_line(atom, serial=1, element=True):
    """One atom as a line of a PDB file."""
    symbol, name, alt, residue, chain, number, code, x, occupancy, b, _, hetero = atom
    padded = f'{name:<4}' if len(symbol) == 2 else f' {name:<3}'
    return (f'{"HETATM" if hetero else "ATOM  "}{serial:5}{"":1}{padded}{alt:1}{residue:>3}'
            f'{chain:>2}{number:>4}{code:1}   {x:8.3f}{x + 1:8.3f}{-x:8.3f}{occupancy:6.2f}{b:6.2f}'
            f'{"":10}{symbol.upper() if element else "":>2}')


def pdb_text(atoms=ATOMS, **options):
    """A PDB file; chains end where what follows is no polymer."""
    lines, last = ['HEADER    TEST', 'CRYST1'], None
    for serial, atom in enumerate(atoms, 1):
        if last and last[10] in ('protein', 'nucleic') and (
                (atom[4], atom[10]) != (last[4], last[10])):
            lines.append('TER')
        lines.append(pdb_line(atom, serial, **options))
        last = atom
    return '\n'.join([*lines, 'END', ''])


def quoted(value):
    """A value as mmCIF writes it."""
    return '?' if value == '' else f'"{value}"' if "'" in str(value) else str(value)


def cif_text(atoms=ATOMS, entities=True, model=lambda number: 1, label='label'):
    """An mmCIF file whose label names differ from those of the authors."""
    words = ('group_PDB id type_symbol label_atom_id label_alt_id label_comp_id label_asym_id '
             'label_entity_id label_seq_id pdbx_PDB_ins_code Cartn_x Cartn_y Cartn_z occupancy '
             'B_iso_or_equiv auth_seq_id auth_asym_id pdbx_PDB_model_num')
    ids = {'protein': 1, 'nucleic': 2, 'ligand': 3, 'water': 4}
    lines = ['# made', 'data_TEST', '_entry.id   TEST', '_struct.title', ';a title',
             'loop_ _atom_site.not here', ';']
    if entities:
        lines += ['loop_', '_entity.id', '_entity.type', '1 polymer', '2 polymer',
                  '3 non-polymer', '4 water', '#', 'loop_', '_entity_poly.entity_id',
                  '_entity_poly.type', '_entity_poly.seq', '1', "'polypeptide(L)'", ';MSE', 'QQ',
                  ';', "2 polydeoxyribonucleotide 'A B'", '#']
    lines += ['loop_', *[f'_atom_site.{name} ' for name in words.split()]]
    for number, (symbol, name, alt, residue, chain, seq, code, x, occupancy, b, kind,
                 hetero) in enumerate(atoms):
        lines.append(' '.join(map(quoted, (
            'HETATM' if hetero else 'ATOM', number + 1, symbol.upper(), name, alt or '.', residue,
            label, ids[kind] if entities else '?', '.' if hetero else number, code, x, x + 1, -x,
            occupancy, b, seq, chain, model(number)))))
    return '\n'.join([*lines, '#', 'loop_', '_other.id', '1', '2', ''])


TEXTS = {'.pdb': pdb_text, '.cif': cif_text}


def written(tmp_path, text, name='model'):
    """Path of a file with a text."""
    path = tmp_path / name
    path.write_text(text, encoding='utf-8')
    return path


def assert_atoms(model, atoms=ATOMS, kinds=True):
    """The model has these atoms."""
    for field, values in zip(FIELDS, zip(*(atom[:11] for atom in atoms), strict=True), strict=True):
        if field and (kinds or field != 'kinds'):
            assert getattr(model, field).tolist() == list(values), field
    x = np.array([atom[7] for atom in atoms])
    np.testing.assert_allclose(model.positions, np.stack([x, x + 1, -x], axis=1), atol=1e-9)


@pytest.mark.parametrize('suffix', TEXTS)
@pytest.mark.parametrize('pack', [None, gzip.compress, bz2.compress])
@pytest.mark.parametrize('newline', ['\n', '\r\n'])
def test_atoms_are_read(tmp_path, suffix, pack, newline):
    path = tmp_path / 'whatever'      # the contents tell what it is
    content = TEXTS[suffix]().replace('\n', newline).encode()
    path.write_bytes(pack(content) if pack else content)
    model = read_model(path)
    assert_atoms(model)
    assert model.notes == ()
    assert len(model) == len(ATOMS)
    assert model.residues.tolist() == [0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8]
    assert model.hydrogens.sum() == 1
    assert_atoms(model.where(model.chains == 'B'), [atom for atom in ATOMS if atom[4] == 'B'])


def test_elements_where_a_pdb_file_gives_none(tmp_path):
    assert_atoms(read_model(written(tmp_path, pdb_text(element=False))))
    for name, element in ((' CA ', 'C'), ('HG11', 'H'), ('1HB ', 'H'), (' D1 ', 'H'), (' SE ', 'S'),
                          ('ZN  ', 'Zn'), (' QQ ', 'X')):
        line = pdb_line(ATOMS[1], element=False)
        model = read_model(written(tmp_path, line[:12] + name + line[16:]))
        assert model.elements.tolist() == [element], name


def test_kinds_without_entities(tmp_path):
    model = read_model(written(tmp_path, cif_text(entities=False)))
    assert_atoms(model, kinds=False)
    # Without entities or the end of a chain a lone amino acid cannot be told from a residue.
    expected = ['protein' if atom[3] == 'GLU' else atom[10] for atom in ATOMS]
    assert model.kinds.tolist() == expected


def test_names_of_the_pdb_where_authors_give_none(tmp_path):
    text = cif_text(label='L')
    for name in ('auth_seq_id', 'auth_asym_id'):
        text = text.replace(f'_atom_site.{name} ', f'_atom_site.other_{name} ')
    atoms = [atom for atom in ATOMS if not atom[11]]
    model = read_model(written(tmp_path, text))
    assert set(model.chains) == {'L'}
    assert model.numbers[:len(atoms) // 2].tolist() == list(range(len(atoms) // 2))


@pytest.mark.parametrize('suffix', TEXTS)
def test_the_first_of_several_models(tmp_path, suffix):
    if suffix == '.pdb':
        lines = [pdb_line(atom) for atom in ATOMS]
        text = '\n'.join(['MODEL        1', *lines[:6], 'ENDMDL', 'MODEL        2', *lines[6:],
                          'ENDMDL'])
    else:
        text = cif_text(model=lambda number: 7 + (number > 5))
    model = read_model(written(tmp_path, text))
    assert_atoms(model, ATOMS[:6])
    assert model.notes == ('the file holds 2 models: the first is used',)


def test_wide_columns(tmp_path):
    lines = [pdb_line(ATOMS[0])] * 4
    places = [('A000', 10_000), ('A001', 10_001), ('ZZZZ', 10_000 + 26 * 36 ** 3 - 1),
              ('a000', 10_000 + 26 * 36 ** 3)]
    text = '\n'.join(line[:6] + '*****' + line[11:20] + 'AB' + word + line[26:]
                     for line, (word, _) in zip(lines, places, strict=True))
    model = read_model(written(tmp_path, text))
    assert model.numbers.tolist() == [number for _, number in places]
    assert set(model.chains) == {'AB'}
    short = read_model(written(tmp_path, pdb_line(ATOMS[0])[:54]))
    assert (short.occupancies.tolist(), short.b_factors.tolist()) == ([1], [0])


LINE = pdb_line(ATOMS[0])


@pytest.mark.parametrize(('content', 'sentence'), [
    (b'', 'is empty'), (b' \n\n', 'is empty'), (b'some words\n' * 50, 'not a PDB or mmCIF file'),
    (bytes(2000), 'not a PDB or mmCIF file'), (b'\x1f\x8b\x08 no', 'truncated or damaged'),
    (gzip.compress(pdb_text().encode())[:-20], 'truncated or damaged'),
    (bz2.compress(pdb_text().encode())[:-20], 'truncated or damaged'),
    (b'HEADER    NOTHING\nEND\n', 'holds no atoms'), (b'data_x\n_cell.a 1\n', 'holds no atoms'),
    (f'{LINE}\n{LINE[:30]}  12.3x4{LINE[38:]}'.encode(), 'line 2: the place of the atom'),
    (f'{LINE[:40]}'.encode(), 'line 1: the place of the atom'),
    (f'{LINE[:30]}     nan{LINE[38:]}'.encode(), 'place is not given by numbers'),
    (f'{LINE[:22]}  x1{LINE[26:]}'.encode(), 'line 1: "  x1" is no residue number'),
    (cif_text().replace(' 2.5 ', ' 2.5.1 ').encode(), 'holds "2.5.1" where a number'),
    (cif_text().replace(' 2.5 ', ' ? ').encode(), 'place is not given by numbers'),
    (cif_text().replace(' 2.5 ', ' ').encode(), 'cut short or damaged'),
    (cif_text().replace('_atom_site.Cartn_y ', '_atom_site.other ').encode(), 'site.Cartn_y'),
], ids=map(str, itertools.count()))
def test_what_is_no_model(tmp_path, content, sentence):
    path = tmp_path / 'model'
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=sentence) as caught:
        read_model(path)
    assert '\n' not in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_model(tmp_path / 'none.pdb')


def test_shares_of_conformers():
    alternate = [
        ('C', 'CA', 'A', 'SER', 'A', 52, '', 1, .3, 30, 'protein', False),
        ('O', 'OG', 'A', 'SER', 'A', 52, '', 2, .2, 30, 'protein', False),
        ('C', 'CA', 'B', 'SER', 'A', 52, '', 3, .1, 30, 'protein', False),
        ('C', 'CB', '', 'SER', 'A', 52, '', 4, .5, 30, 'protein', False),
        ('C', 'CA', 'A', 'GLY', 'A', 53, '', 5, 0, 40.5, 'protein', False),
        ('C', 'CA', 'B', 'GLY', 'A', 53, '', 6, 0, 40.5, 'protein', False)]
    model = pdb.read(pdb_text(alternate))
    np.testing.assert_allclose(model.shares, [.75, .75, .25, 1, .5, .5])
