"""Charts as images. Few tests, because matplotlib takes half a second to load."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree as ET

from adapty._cli.charts.series import COLORS
from tests.cli.charts.rows import make_chart

SEGMENTS = {"US": [0, 1200, None, 1900, 300], "DE": [500, -400, 300, None, 7], "FR": [None, None, 700]}


def test_svg_has_readable_text() -> None:
    """Title, unit, months, values and names are text, whatever characters they have; the file is well-formed XML.

    Equal charts are equal files: no date and no random IDs.
    """
    from adapty._cli.charts.image import draw_image  # noqa: PLC0415 - loads matplotlib

    hostile = "_<b>&amp;</b> $x^2$ \x1b[2J\n日本"
    chart = make_chart({**SEGMENTS, hostile: [9] * 5, "x" * 300: [1] * 5})

    file, again = (draw_image(chart, title="Revenue by country, 2025", unit="USD", kind="svg") for _ in range(2))

    assert file == again
    texts = ["".join(element.itertext()).strip() for element in ET.fromstring(file).iter() if "text" in element.tag]  # noqa: S314 - our own file
    assert {"Revenue by country, 2025", "USD", "2025-01", "2025-05", "US", "DE", "FR", "2K", "0"} <= set(texts)
    assert r"_<b>&amp;</b> $x^2$ \x1b[2J\n日本" in texts
    assert "x" * 37 + "..." in texts


def test_png_has_a_line_for_each_segment() -> None:
    """Each line has its color; a value without neighbors is a point."""
    from matplotlib.image import imread  # noqa: PLC0415 - loads matplotlib

    from adapty._cli.charts.image import draw_image  # noqa: PLC0415 - as above

    file = draw_image(make_chart({**SEGMENTS, "one": [None, 1500]}), title="Revenue", unit="USD", kind="png")

    pixels = (imread(BytesIO(file))[:, :, :3] * 255).round().astype(int)
    assert pixels.shape == (825, 1500, 3)
    plot = pixels[:700]
    counts = [int((plot == list(bytes.fromhex(color[1:]))).all(axis=2).sum()) for color in COLORS]
    assert all(count > 20 for count in counts[:4])
    assert counts[4:] == [0, 0]
