"""Images that deflate as those of a CT do."""

import math
from array import array
from pathlib import Path

from builders import LE, Study, file, image_pixels


def images(folder: Path, count: int, size: int) -> list[Path]:
    """Write CT-like images: a noisy disc of 12 bit in a dark field."""
    field = array("H")
    noise = 1
    for number in range(size * size):
        noise = noise * 1103515245 + 12345 & 0x7FFFFFFF
        x, y = number % size - size // 2, number // size - size // 2
        inside = x * x + y * y < (0.47 * size) ** 2
        wave = 300 * math.sin(x / 40) * math.cos(y / 50)
        # three draws make the noise about normal, of some 12 units
        grain = sum(noise >> shift & 15 for shift in (8, 14, 20)) - 22
        field.append(int(1000 + wave + 2 * grain) if inside else 24)
    pixels = field.tobytes()
    paths = []
    for number in range(count):
        turn = 2 * (number * 653 % (size * size))
        elements = [
            element
            for element in [*Study().elements(number), *image_pixels(1)]
            if element[0] not in (0x00280010, 0x00280011, 0x7FE00010)
        ]
        side = LE.pack("H", size)
        elements += [
            (0x00280010, "US", side),
            (0x00280011, "US", side),
            (0x7FE00010, "OW", pixels[turn:] + pixels[:turn]),
        ]
        path = folder / f"{number:05}"
        path.write_bytes(file(sorted(elements, key=lambda element: element[0])))
        paths.append(path)
    return paths
