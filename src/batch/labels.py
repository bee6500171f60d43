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


def of_mask(mask, soft_edge):
    """What a mask covers and its edge (Å), as a label of at most 80 characters."""
    words = {'solvent': f'scale above {mask.threshold:g}',
             'weak': f'content of scale below {mask.below:g}',
             'strong': f'content of scale above {mask.above:g}'}.get(mask.kind)
    if words is None:
        curve = mask.modification
        words = f'what is {mask.covers} by {curve.kind} power {curve.power:g}'
        words += f' pivot {curve.pivot:g}' if curve.kind == 'sigmoid' else ''
    return f'{words}, extend {mask.extend:g} A, soft edge {soft_edge:.4g} A'
