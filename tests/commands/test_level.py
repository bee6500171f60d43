"""`occupy level`: one level for a family of maps, and back."""

import numpy as np


def levels(volume):
    return [round(surface.level, 3) for surface in volume.surfaces]


def test_undo_gives_levels_and_colours_back(run, session, blobs):
    run('occupy #1 mode occupancy')
    made = run('occupy amplify #1 confidence false')[0]
    run('volume #1 level 0.3; volume #1 show; wait 1')
    before = levels(made)
    run(f'occupy level #{made.id_string} 0.2')
    assert levels(blobs) == levels(made) == [0.2]
    run('undo; wait 1')
    assert levels(blobs) == [0.3]
    assert levels(made) == before
    assert len(np.unique(blobs.surfaces[0].vertex_colors, axis=0)) > 50
    run('redo')
    assert levels(blobs) == [0.2]


def test_undo_of_several_surfaces_and_of_an_image(run, session, open_array):
    two, image = open_array(name='two'), open_array(name='image')
    # The image is not drawn yet.
    run('volume #1 level 0.2 color red level 0.5 color blue; volume #2 style image')
    colors = [surface.rgba for surface in two.surfaces]
    run('occupy level #1-2 0.3')
    assert levels(two) == levels(image) == [0.3]
    assert image.surface_shown
    run('undo; wait 1')
    assert levels(two) == [0.2, 0.5]
    assert [surface.rgba for surface in two.surfaces] == colors
    assert image.image_shown
    assert not image.surface_shown
    run('occupy level #1-2 0.3; close #1; undo; wait 1')
    assert image.image_shown
