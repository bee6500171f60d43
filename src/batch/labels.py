"""What labels in the headers of results say of how they were made."""


def of_scale(parameters):
    """Of which scale."""
    return f'{parameters.mode} mode, {parameters.low_pass:.4g} A'


def of_modification(modification):
    """A modification as a label of at most 80 characters."""
    words = [modification.kind]
    if modification.kind != 'solvent':
        words.append(f'power {modification.power:g}')
    if modification.kind == 'sigmoid':
        words.append(f'pivot {modification.pivot:g}')
    elif modification.kind != 'solvent':
        words.append(f'limit {modification.scale_limit:g}')
    words.append(f'hedge {modification.hedge:g}' if modification.confidence else 'everywhere')
    words.append('solvent kept' if modification.keeps_solvent else 'no solvent')
    if modification.output_low_pass:
        words.append(f'{modification.output_low_pass:g} A')
    if modification.match_histogram:
        words.append('histogram matched')
    return ' '.join(words) + f' seed {modification.seed}'
