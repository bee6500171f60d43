"""Fixtures: maps as files."""

import pytest

from ..filemaps import two_blobs, write_file


@pytest.fixture(scope='session')
def blobs():
    """A map (z, y, x) with two components, not to be changed."""
    array = two_blobs()
    array.setflags(write=False)
    return array


@pytest.fixture
def write():
    """The function that writes a map as a file: see `write_file`."""
    return write_file
