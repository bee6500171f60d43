"""What the core offers says of which types it is."""

import inspect

import pytest
from chimerax.occupy import core


def signatures():
    """(name, signature) of every public function, and of the public methods of public classes."""
    for name in core.__all__:
        thing = getattr(core, name)
        if inspect.isfunction(thing):
            yield name, inspect.signature(thing)
        elif inspect.isclass(thing) and not issubclass(thing, Exception):
            for inner, method in vars(thing).items():
                method = getattr(method, 'fget', None) or getattr(method, '__func__', method)
                if inspect.isfunction(method) and not inner.startswith('_'):
                    yield f'{name}.{inner}', inspect.signature(method)


@pytest.mark.parametrize(('name', 'signature'), signatures(), ids=lambda one: str(one)[:30])
def test_public_signatures_are_typed(name, signature):
    untyped = [parameter.name for parameter in signature.parameters.values()
               if parameter.name not in ('self', 'cls')
               and parameter.annotation is inspect.Parameter.empty]
    assert not untyped
    assert signature.return_annotation is not inspect.Signature.empty
