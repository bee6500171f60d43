"""Small models as PDB text."""

_ELEMENTS = {'CA': 'C', 'N': 'N', 'C': 'C', 'O': 'O', 'ZN': 'ZN', 'P': 'P'}


def atom_line(serial, name, residue, chain, number, place, *, insertion=' ', alternate=' ',
              hetero=False, occupancy=1.0, bfactor=20.0):
    """One line on an atom; place: (x, y, z) in Å."""
    x, y, z = place
    record = 'HETATM' if hetero else 'ATOM'
    element = _ELEMENTS[name]
    padded = f'{name:<4}' if len(element) == 2 else f' {name:<3}'
    return (f'{record:<6}{serial:5d} {padded}{alternate}{residue:>3} {chain}{number:4d}{insertion}'
            f'   {x:8.3f}{y:8.3f}{z:8.3f}{occupancy:6.2f}{bfactor:6.2f}          {element:>2}')


def strand(chain, start, count, first=1, serial=1, step=(0.0, 1.9, 0.0)):
    """Lines of alanines of backbone atoms, one after another, from `start` on."""
    offsets = {'N': (-1.2, 0, 0), 'CA': (0, 0.4, 0), 'C': (1.2, 0, 0), 'O': (1.4, 0, 1.2)}
    lines = []
    for index in range(count):
        for name, offset in offsets.items():
            place = [s + index * d + o for s, d, o in zip(start, step, offset, strict=True)]
            lines.append(atom_line(serial + len(lines), name, 'ALA', chain, first + index, place))
    return lines


def sheet(chain, x, serial):
    """A chain of four strands side by side."""
    lines = []
    for row in range(4):
        lines += strand(chain, (x, -8.0, 5.0 * row), 10, first=1 + 12 * row,
                        serial=serial + 50 * row)
    return lines
