"""What surfaces show, read from the surfaces themselves, and the colour key, which follows them.

ChimeraX has one colour key. It belongs to what is coloured: it names the mode, palette and range
that are on a surface at present, and goes when they go, whether by a command, by undo or by a
click. So nothing is remembered of what it shows; only whether it is wanted, and for what.
"""

from dataclasses import dataclass

import numpy as np
from chimerax.core.models import REMOVE_MODELS, Surface
from chimerax.surface.colorvol import VolumeColor

from . import privates
from .follow import followers
from .record import record

#: Colours in the key; of these the first and the last are labelled with a number, the middle one
#: with the title: with a number for each they would run into one another.
_COLORS = 9
_FONT_SIZE = 18
#: Mean width of a letter, as a share of the size of the font.
_LETTER = 0.66
#: As shares of the window: room to the right of the key and below it, its height and width; and the
#: least width in pixels, at which the labels stay apart.
_RIGHT, _BELOW, _HEIGHT, _WIDTH = 0.06, 0.1, 0.04, 0.36
_LEAST_WIDTH = 280
#: Room on either side in pixels, for half of a number of three digits and its point.
_LEAST_MARGIN = 36
#: What of a key is the user's to set, and comes back with the next one.
_PLACEMENT = ('size', 'pos', 'font_size', 'font', 'bold', 'italic', 'label_rgba', 'label_side',
              'border', 'ticks')


@dataclass(frozen=True, eq=False)
class Shown:
    """What is seen on a surface, or on atoms.

    `mode`: of the scale, '' where it is none. `owner`: the map whose scale it is, the coloured
    surface where that map was closed, or a `ColoredAtoms`. `colormap`: ChimeraX's, of scale.
    `scale_map`: the volume. `title`: what the key calls it where that is no scale.
    """

    mode: str
    owner: object
    colormap: object
    scale_map: object = None
    title: str = ''

    @property
    def name(self):
        """What the key calls it."""
        return self.title or f'{self.mode} scale'

    @property
    def range(self):
        """(low, high) of the colours."""
        return tuple(float(value) for value in self.colormap.value_range())

    def same_as(self, other):
        """Whether one key tells both."""
        return self.name == other.name and all(
            np.array_equal(getattr(self.colormap, name), getattr(other.colormap, name))
            for name in ('data_values', 'colors'))


def shown_on(surface):
    """What scale a surface is coloured by at present, as `Shown`, or None."""
    by = coloring_of(surface)
    if by is None:
        return None
    entry = record(surface.session).of_scale_map(by.volume)
    if entry is not None:
        return Shown(entry.mode, entry.source, by.colormap, entry.scale_map)
    mode, title = getattr(by, 'mode', ''), getattr(by, 'title', '')
    if not mode and not title:      # else its map or its scale map was closed
        return None
    owner = getattr(by, 'source', None)
    gone = owner is None or owner.deleted
    return Shown(mode, surface if gone else owner, by.colormap, title=title)


def family(volume):
    """A map and the modified maps made from it, those that are seen first."""
    return sorted([volume, *followers(volume.session).followers_of(volume, 'map')],
                  key=lambda one: not one.visible)


def shown_of(volume):
    """What the surfaces of a map show of its scale, or None.

    Where a map that was made from it is seen in its place, its surfaces tell. The scale of a map
    that was closed is that of whatever still shows it.
    """
    surfaces = [surface for one in family(volume) for surface in one.surfaces]
    for surface in sorted(surfaces, key=lambda surface: not surface.visible):
        shown = shown_on(surface)
        if shown is not None and shown.mode and (
                shown.owner is volume or shown.owner is surface):
            return shown
    return None


def scale_map_on(volume):
    """The map of scale that a map's surfaces are coloured by, or None where it is none or closed.

    That of another map counts as well, one that is closed too.
    """
    for surface in volume.surfaces:
        shown, by = shown_on(surface), coloring_of(surface)
        if shown is not None and shown.mode and not by.volume.deleted:
            return by.volume
    return None


def coloring_of(surface):
    """ChimeraX's `VolumeColor` of a surface, or None where it is not coloured by a map."""
    by = privates.recoloring_of(surface)
    return by if isinstance(by, VolumeColor) and by.volume is not None else None


class ColoredAtoms:
    """Atoms that were coloured by scale, and whether they still are."""

    def __init__(self, atoms, mode, colormap, title=''):
        self.atoms, self.shown = atoms, Shown(mode, self, colormap, title=title)
        self._colors = atoms.colors.copy()

    @property
    def id_string(self):
        """The numbers of the models."""
        return ','.join(model.id_string for model in self.atoms.unique_structures)

    @property
    def deleted(self):
        """Whether all of the atoms are gone."""
        return not len(self.atoms)

    @property
    def holds(self):
        """Whether the atoms have the colours that they were given."""
        colors = self.atoms.colors
        return len(colors) > 0 and np.array_equal(colors, self._colors)

    @property
    def visible(self):
        """Whether any of the atoms, or their residues' cartoons, are seen."""
        return bool(any(model.visible for model in self.atoms.unique_structures))


def scale_key(session):
    """The session's `ScaleKey`; made when first asked for."""
    found = getattr(session, '_occupy_key', None)
    if found is None:
        found = session._occupy_key = ScaleKey(session)
    return found


class ScaleKey:
    """Keeps ChimeraX's colour key true to what is seen.

    A key that somebody else made or changed is left alone, until colours are wanted a key for.
    """

    def __init__(self, session):
        self._session = session
        self._wanted = []       # owners of colours that a key is wanted for, the latest last
        self._key = None        # the key's model, while it is ours
        self._given = None      # what was put into it
        self._display = True
        self._known = None      # what the coloured surfaces were like when last looked at
        self._surfaces = []
        self._subject, self._title = None, ''
        self._placement = {}    # where the user has put the key, and what it looked like
        self._chosen = None     # what of that was not the user's choice
        triggers = session.triggers
        for name in ('command finished', REMOVE_MODELS):
            triggers.add_handler(name, lambda *_: self.follow())
        triggers.add_handler('frame drawn', lambda *_: self._frame_drawn())
        triggers.add_handler('end restore session', lambda *_: self._restored())

    @property
    def wanted(self):
        """The maps (or atoms) whose colours a key is wanted for, the latest last. May be set."""
        return tuple(self._wanted)

    @wanted.setter
    def wanted(self, owners):
        self._wanted = list(owners)
        self.follow(taken=True)

    def want(self, owner, on=True):
        """Want a key for the colours of a map, a surface or `ColoredAtoms`, or none."""
        rest = [one for one in self._wanted if one is not owner
                and (not isinstance(one, ColoredAtoms) or one.holds)]
        self.wanted = [*rest, owner] if on else rest

    @property
    def is_shown(self):
        """Whether the key tells of a scale, and is seen."""
        return self._key is not None and not self._key.deleted and self._key.display

    def preview(self, colormap, owner):
        """Show another colormap for the moment, where the key is that of `owner`."""
        if self.is_shown and self._subject is not None and self._subject.owner is owner:
            self._give(Shown(self._subject.mode, owner, colormap, title=self._subject.title),
                       self._title)

    def follow(self, taken=False):
        """Bring the key up to date. taken: whether it may take the place of another's key."""
        if self._session.restore_options:
            return      # not everything is there yet
        self._let_go_of_lost()
        if not self._wanted and self._key is None:
            return
        seen, coloured = self._looks()
        if self._key is None and not taken and _model(self._session) is not None:
            return
        wanted = [look for owner in self._wanted for look in coloured if look.owner is owner]
        visible = [look for look in wanted if look in seen]
        if not wanted:
            self._close()
            return
        subject = (visible or wanted)[-1]
        self._show(subject, seen, bool(visible))

    def _looks(self):
        """What is seen, and all that is coloured, as lists of `Shown`."""
        surfaces = [surface for surface in self._session.models.list(type=Surface)
                    if coloring_of(surface) is not None]
        self._surfaces, seen, coloured = [], [], []
        for surface in surfaces:
            shown = shown_on(surface)
            if shown is not None:
                self._surfaces.append(surface)
                coloured.append(shown)
                if surface.visible:
                    seen.append(shown)
        # What is coloured by the scale of a map that was closed goes on being told.
        heirs = {owner: [surface for surface in self._surfaces
                         if getattr(coloring_of(surface), 'source', None) is owner]
                 for owner in self._wanted if owner.deleted}
        self._wanted = [heir for owner in self._wanted for heir in heirs.get(owner, [owner])]
        self._wanted = [owner for owner in self._wanted if not owner.deleted]
        for owner in self._wanted:
            if isinstance(owner, ColoredAtoms) and owner.holds:
                coloured.append(owner.shown)
                if owner.visible:
                    seen.append(owner.shown)
        self._known = self._state()
        return seen, coloured

    def _state(self):
        return [(surface, surface.auto_recolor_vertices, surface.visible)
                for surface in self._surfaces if not surface.deleted]

    def _frame_drawn(self):
        # A look that costs nothing, for what comes without a command.
        if self._known is not None and self._state() != self._known:
            self.follow()

    def _let_go_of_lost(self):
        """Where the user has closed the key, or put something else in it, it is no longer ours."""
        key = self._key
        if key is None:
            return
        if key.deleted or key.rgbas_and_labels is not self._given:
            self._key = self._given = None
            self._wanted = []

    def _show(self, subject, seen, display):
        others = [look for look in seen if not look.same_as(subject)]
        title = subject.name
        if others:
            title += f' of #{subject.owner.id_string}'
        self._subject, self._title = subject, title
        if self._key is None:
            self._make()
        self._give(subject, title)
        if display != self._display:    # otherwise it is the user's to hide
            self._key.display = self._display = display

    def _make(self):
        from chimerax.color_key.model import get_model
        session = self._session
        key = get_model(session, create=False)
        if key is None:
            key = get_model(session)
            window = session.main_view.window_size[0]
            right = max(_RIGHT, min(0.2, _LEAST_MARGIN / window))
            width = min(max(_WIDTH, _LEAST_WIDTH / window), 1 - 2 * right)
            placement = {'size': (width, _HEIGHT), 'pos': (1 - right - width, _BELOW),
                         'font_size': _FONT_SIZE, **self._placement}
            for name, value in placement.items():
                setattr(key, name, value)
            self._chosen = {name: getattr(key, name) for name in _PLACEMENT}
        else:
            self._chosen = None
        key.display = self._display = True
        key.numeric_label_spacing = key.NLS_EQUAL
        key.color_treatment = key.CT_BLENDED
        self._key = key

    def _give(self, subject, title):
        low, high = subject.range
        values = np.linspace(low, high, _COLORS)
        colors = subject.colormap.interpolated_rgba(values.astype(np.float32))
        labels = [''] * _COLORS
        # ChimeraX 1.7 cuts some pixels off the last label; there a blank is not missed.
        labels[0], labels[_COLORS // 2], labels[-1] = f'{low:.3g}', title, f'{high:.3g} '
        shown = [(tuple(float(part) for part in color), label)
                 for color, label in zip(colors, labels, strict=True)]
        self._fit_font(title, max(len(labels[0]), len(labels[-1])))
        if shown != self._given or self._key.rgbas_and_labels is not self._given:
            self._key.rgbas_and_labels = self._given = shown

    def _fit_font(self, title, number):
        """Letters so small that title and numbers never touch, unless the user has chosen some."""
        key = self._key
        users = 'font_size' in self._placement
        if users or self._chosen is None or key.font_size != self._chosen['font_size']:
            return
        room = key.size[0] * self._session.main_view.window_size[0]
        size = min(_FONT_SIZE, int(room / (_LETTER * (len(title) + number + 2))))
        key.font_size = self._chosen['font_size'] = max(1, size)

    def _close(self):
        key, self._key, self._given = self._key, None, None
        if key is None or key.deleted:
            return
        now = {name: getattr(key, name) for name in _PLACEMENT}
        if self._chosen is not None:
            moved = {name: value for name, value in now.items() if value != self._chosen[name]}
            self._placement.update(moved)
        else:
            self._placement.update(now)
        self._session.models.close([key])

    def _restored(self):
        """Know the key of a session again by its title."""
        self._wanted, self._key, self._given, self._placement = [], None, None, {}
        key = _model(self._session)
        _, coloured = self._looks()
        labels = set() if key is None else {label for _, label in key.rgbas_and_labels}
        told = [look for look in coloured if labels & {
            look.name, f'{look.name} of #{look.owner.id_string}'}]
        if told:
            # The key tells of the last one.
            self._wanted = sorted({look.owner: None for look in coloured},
                                  key=lambda owner: any(look.owner is owner for look in told))
            self._key, self._given, self._chosen = key, key.rgbas_and_labels, None
            self._display = key.display
        self.follow()


def _model(session):
    from chimerax.color_key.model import get_model
    return get_model(session, create=False)
