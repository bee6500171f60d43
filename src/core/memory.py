"""How much memory an estimate and a modification take, before they are begun."""

_FLOAT = 4
_COMPLEX = 8
#: float32 arrays of the working grid that an estimate takes at its height, and that it returns.
ESTIMATE_ARRAYS = 4
KEPT_ARRAYS = 2
#: float32 arrays of the map that a modification takes at its height, the result included.
MODIFY_ARRAYS = 4


def estimate_bytes(array, working):
    """Bytes that an estimate of a map (z, y, x) takes at its height beyond the map.

    working: the `Grid` it is made on.
    """
    needed = ESTIMATE_ARRAYS * _FLOAT * working.voxels + _as_float(array)
    if working.shape != array.shape:
        _, my, mx = working.shape
        needed += _COMPLEX * array.shape[0] * my * (mx // 2 + 1)
    return needed


def kept_bytes(working):
    """Bytes of what an estimate returns."""
    return KEPT_ARRAYS * _FLOAT * working.voxels


def modify_bytes(array):
    """Bytes that a modification of a map (z, y, x) takes at its height, the result included."""
    return MODIFY_ARRAYS * _FLOAT * array.size + _as_float(array)


def _as_float(array):
    """Bytes of the copy that is made of a map of another type than float32."""
    return 0 if array.dtype == 'float32' else _FLOAT * array.size
