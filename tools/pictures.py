#!/usr/bin/env python3
"""Make the pictures of README.md and docs/ anew, in docs/images.

All show EMD-11007, the polymerase of SARS-CoV-2 with RNA, 2.9 Å, and come from the commands that
the documents tell. Needs `make env` and OSMesa; takes a minute or two.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from chimerax_library import REPOSITORY, SetupError
from fetch_data import FetchError, fetch
from headless import run_commands, start_session

FOLDER = REPOSITORY / 'docs' / 'images'
#: The level of the map in ordinary pictures, the one at which modified maps are compared, and one
#: at which solvent shows.
LEVEL, COMPARED, NOISY = 4, 6, 1.5
#: Edges of one panel in pixels, before margins are cut off.
WIDTH, HEIGHT = 800, 600
#: Of titles and the white around pictures, in pixels.
TITLE_HEIGHT, TITLE_SIZE, MARGIN = 40, 22, 16
#: Of a file, in bytes.
LARGEST = 390_000
SAVE = f'width {WIDTH} height {HEIGHT} supersample 2'

COMMANDS = f"""\
open {{map}}
set bgColor white
graphics silhouettes true
windowsize {WIDTH} {HEIGHT}
volume #1 level {LEVEL}
surface dust #1 size 8
view
color #1 #9fc3dd
save opened.png {SAVE}
occupy #1 modelId #11
save resolution.png {SAVE}
occupy #1 mode occupancy modelId #12
save occupancy.png {SAVE}
occupy tiles #1
transparency #1 70
save tiles.png {SAVE}
close #3
transparency #1 0
occupy color #1
occupy plot #1 file solvent-model.png
occupy level #1 {COMPARED}
save before.png {SAVE}
occupy amplify #1 modelId #21
surface dust #21 size 8
save amplify.png {SAVE}
close #21
occupy attenuate #1 modelId #22
surface dust #22 size 8
save attenuate.png {SAVE}
close #22
occupy sigmoid #1 power 5 pivot 0.5 modelId #23
surface dust #23 size 8
save sigmoid.png {SAVE}
close #23
show #1 models
key delete
volume #1 level {NOISY}
surface undust #1
save noisy.png {SAVE}
occupy solvent #1 modelId #24
save solvent.png {SAVE}
close #24
volume #1 level {LEVEL}
surface dust #1 size 8
show #1 models
occupy color #1
occupy mask #1 subtraction sigmoid 5 pivot 0.5 modelId #25
color #25 #3a7fbf70
save mask.png {SAVE}
close #25
occupy mask #1 subtraction sigmoid 5 pivot 0.3 modelId #25
color #25 #3a7fbf70
save mask-less.png {SAVE}
"""
#: Picture: panels (file, title) side by side.
PICTURES = {
    'modes': (('resolution', 'mode resolution'), ('occupancy', 'mode occupancy')),
    'opened': (('opened', ''),),
    'resolution': (('resolution', ''),),
    'occupancy': (('occupancy', ''),),
    'tiles': (('tiles', ''),),
    'amplify': (('before', f'before, level {COMPARED}'), ('amplify', 'occupy amplify #1')),
    'attenuate': (('before', f'before, level {COMPARED}'),
                  ('attenuate', 'occupy attenuate #1')),
    'sigmoid': (('before', f'before, level {COMPARED}'),
                ('sigmoid', 'occupy sigmoid #1 power 5 pivot 0.5')),
    'solvent': (('noisy', f'before, level {NOISY}'), ('solvent', 'occupy solvent #1')),
    'mask': (('mask', 'sigmoid 5 pivot 0.5'), ('mask-less', 'sigmoid 5 pivot 0.3')),
}


def render(folder):
    """Run the commands in a headless session, which leaves one picture per step in `folder`."""
    session = start_session(printing=False)
    if session.ui.no_pictures:
        raise SetupError(session.ui.no_pictures)
    text = COMMANDS.format(map=fetch('emd_11007.map'))
    os.chdir(folder)
    for command in text.splitlines():
        if not run_commands(session, command):
            raise SetupError(f'{command}: {session.ui.log.text("error", "bug")}')


def joined(panels, box):
    """Panels (image, title) cut to a box and put side by side, each under its title."""
    from matplotlib import font_manager
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(font_manager.findfont('DejaVu Sans'), TITLE_SIZE)
    top = TITLE_HEIGHT if any(title for _, title in panels) else 0
    width, height = box[2] - box[0], box[3] - box[1]
    picture = Image.new('RGB', (width * len(panels), height + top), 'white')
    draw = ImageDraw.Draw(picture)
    for number, (image, title) in enumerate(panels):
        picture.paste(image.crop(box), (number * width, top))
        draw.text((number * width + MARGIN, 8), title, font=font, fill='black')
    return picture


def filled(image):
    """The box of an image that is not white, with a margin: (left, top, right, bottom)."""
    from PIL import ImageChops

    left, top, right, bottom = ImageChops.invert(image).getbbox()
    return (max(0, left - MARGIN), max(0, top - MARGIN),
            min(image.width, right + MARGIN), min(image.height, bottom + MARGIN))


def write(picture, name):
    """Write a picture, with fewer colours where the file would be large."""
    from PIL import Image

    path = FOLDER / f'{name}.png'
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        few = picture.quantize(palette=picture.quantize(256), dither=Image.Dither.FLOYDSTEINBERG)
        # White must be that of the page: the colour it became, in a corner, is made white.
        background = few.getpixel((1, few.height - 2))
        palette = few.getpalette()
        palette[3 * background:3 * background + 3] = 255, 255, 255
        few.putpalette(palette)
        few.save(path, optimize=True)
    print(f'{path.relative_to(REPOSITORY)}  {path.stat().st_size // 1000} kB')


def main():
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    from PIL import Image

    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix='occupy-pictures-') as folder:
        try:
            render(folder)
        except (FetchError, SetupError) as error:
            sys.exit(f'error: {error}')
        finally:
            os.chdir(REPOSITORY)
        for name, panels in PICTURES.items():
            images = [(Image.open(Path(folder) / f'{file}.png').convert('RGB'), title)
                      for file, title in panels]
            boxes = [filled(image) for image, _ in images]
            box = (*(min(one[i] for one in boxes) for i in (0, 1)),
                   *(max(one[i] for one in boxes) for i in (2, 3)))
            write(joined(images, box), name)
        write(Image.open(Path(folder) / 'solvent-model.png').convert('RGB'), 'solvent-model')


if __name__ == '__main__':
    main()
