"""The `occupy` commands as ChimeraX's parser knows them."""


def our_commands(session):
    """{name: description} of them.

    Without ChimeraX's own list of all commands, for which it registers those of every bundle: some
    of these install something.
    """
    from chimerax.core.commands import cli, run

    run(session, 'usage occupy', log=False)     # they are registered when the word is first used
    return dict(_from(cli._command_info.commands.subcommands['occupy'], 'occupy'))


def _from(word, name):
    if word.cmd_desc is not None:
        yield name, word.cmd_desc
    for part, below in word.subcommands.items():
        yield from _from(below, f'{name} {part}')
