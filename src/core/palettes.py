"""Colours of scale and of occupancy, the same in a window, in plots and in files."""

#: Low is what one looks for, so it gets the strongest colours; full is nearly white, on which
#: ChimeraX's lighting shows the shape best. Lightness rises evenly all the way, so that the order
#: is seen in grey and by any eye (for each kind of colour blindness no two tenths of the range come
#: closer than a just noticeable difference; tests/commands measures it), and no colour is so dark
#: that shading disappears in it, as it would in viridis or inferno. Evenly spread from 0 to 1.
OCCUPY = ('#bb0071', '#d1255c', '#e54245', '#e76c44', '#e88d42', '#e4a767', '#dcc08c', '#dad3be',
          '#d1e6f1')
