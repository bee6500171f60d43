"""Points of the scene to values: everything that shows or tells scale agrees."""

import numpy as np
import pytest

PLACEMENTS = [
    {}, {'origin': (-12, 5, 30)}, {'step': (1.4, 1.5, 1.7), 'cell_angles': (80, 95, 105)}]


@pytest.fixture(params=range(len(PLACEMENTS)))
def cut(request, run, open_array, two_blobs):
    """A map whose density reaches the faces of its box, turned in the scene, and its scale map."""
    array = two_blobs(noise=0.02) + np.float32(0.5)
    source = open_array(array, level=0.5, **PLACEMENTS[request.param])
    run('turn y 33 models #1; move x 11 models #1')
    (scale,) = run('occupy #1 maxBox 32 baseline solvent')
    run('wait 1')
    return source, scale


def test_colours_dragged_are_those_after(run, session, cut):
    """Every vertex, also those beyond the last sample of the working grid."""
    from chimerax.occupy.session import coloring
    from chimerax.occupy.tool.surface_values import _values
    source, scale = cut
    surface = source.surfaces[0]
    after = surface.vertex_colors
    part = (surface, surface.vertices, surface.triangles, surface.triangle_mask,
            surface.scene_position)
    found, counts = _values(scale, [part])
    _, values, outside = found[surface]
    colormap = coloring.ranged(coloring.palette('occupy'), None)
    rgba = colormap.interpolated_rgba(values)
    rgba[outside] = colormap.color_no_value
    np.testing.assert_array_equal((255 * rgba).astype(np.uint8), after)
    assert counts.sum() == len(values) - len(outside)
    # There are vertices at the faces of the box, which a plain interpolation leaves grey.
    _, plain = scale.interpolated_values(surface.vertices, surface.scene_position,
                                         out_of_bounds_list=True)
    assert len(plain) > len(outside)


def test_values_of_atoms_are_those_of_surfaces(run, session, cut):
    from chimerax.occupy.session.record import record
    from chimerax.occupy.session.values import scale_at, values_on
    source, scale = cut
    surface = source.surfaces[0]
    points = surface.scene_position * surface.vertices
    values, inside = scale_at(record(session).latest(source).estimate, source, points)
    on, within = values_on(scale, surface.vertices, surface.scene_position)
    assert (inside != within).mean() < 1e-3     # single precision decides at the very edge
    both = inside & within
    np.testing.assert_allclose(values[both], on[both], atol=1e-4)


def test_outside_is_outside(session, open_array):
    from chimerax.geometry import Place
    from chimerax.occupy.session.values import values_at
    array = np.arange(1, 25, dtype=np.float32).reshape(2, 3, 4)
    points = [(0, 0, 0), (3, 2, 1), (-0.9, 0, 0), (3.9, 2, 1), (-1, 0, 0), (4, 0, 0), (0, 0, 2.5),
              (np.nan, 0, 0), (1e30, 0, 0), (1.5, 0, 0)]
    values, inside = values_at(array, Place(), points)
    assert inside.tolist() == [True] * 4 + [False] * 5 + [True]
    assert values == pytest.approx([1, 24, 1, 24, 0, 0, 0, 0, 0, 2.5], abs=1e-3)
