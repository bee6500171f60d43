"""STAR files as RELION writes them, as far as its loop needs them.

After Hall, J. Chem. Inf. Comput. Sci. 31 (1991), in RELION's dialect: blocks that hold either
labels with one value each or one table, `#` after a label for its column.
"""


class StarError(ValueError):
    """A file that cannot be read as a STAR file; the message is one sentence with its name."""


def read_star(path):
    """Read a STAR file.

    Returns a dict by name of block (without `data_`), each a dict by label (without `_`): one text
    where the block holds single values, a list of texts where it holds a table. Raises `StarError`
    for a file that is missing, holds no block, or has rows that do not fit their table.
    """
    try:
        lines = path.read_text(encoding='utf-8', errors='replace').splitlines()
    except OSError as error:
        raise StarError(f'{path.name} cannot be read: {error.strerror}') from error
    blocks, block, columns, in_table = {}, None, [], False
    for line in lines:
        words = line.split()
        if not words or words[0].startswith('#'):
            continue
        first = words[0]
        if first.startswith('data_'):
            block = blocks.setdefault(first[len('data_'):], {})
            columns, in_table = [], False
        elif block is None:
            raise StarError(f'{path.name} is not a STAR file: it does not begin with a data_ block')
        elif first == 'loop_':
            in_table = True
        elif first.startswith('_') and in_table:
            columns.append(block.setdefault(first[1:], []))
        elif first.startswith('_'):
            block[first[1:]] = _value(words[1:])
        elif in_table and len(words) == len(columns):
            for column, word in zip(columns, words, strict=True):
                column.append(word)
        else:
            raise StarError(f'{path.name} is damaged: "{line.strip()[:40]}" fits no table')
    if not blocks:
        raise StarError(f'{path.name} is not a STAR file: it has no data_ block')
    return blocks


def _value(words):
    """The value after a label, without quotes and comment; a path may hold blanks."""
    if words and words[-1].startswith('#') and len(words) > 1:
        words = words[:-1]
    text = ' '.join(words)
    if len(text) > 1 and text[0] == text[-1] and text[0] in '"\'':
        text = text[1:-1]
    return text
