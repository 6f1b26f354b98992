"""Pages that are written as PNG and SVG."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from digitapp.inspection.contributions import contributions, ledger, usual_question
from digitapp.inspection.explanation import map_evidence, pushers_templates
from digitapp.inspection.explanation_picture import (
    Explanation,
    change_text,
    explanation_picture,
    question_text,
    signed_text,
)
from digitapp.inspection.figure import Figure
from digitapp.inspection.smallest_change import smallest_flip
from digitapp.inspection.weight_scale import weight_limit
from digitapp.modelfile import load_model
from digitapp.nn.initializers import initialize
from digitapp.nn.network import Network

NAMES = ("0", "1")
ZERO = np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1], dtype=np.float32)


def _explained(network: Network) -> Explanation:
    found = contributions(network, ZERO)
    question = usual_question(found.logits)
    column = ledger(found, question)
    looks = pushers_templates(network, ZERO, found, question, [line.unit for line in column.lines])
    target = 1 - question.label
    return Explanation(
        "zero.txt · toy",
        network.sizes,
        ZERO.reshape(4, 3),
        NAMES,
        question,
        found,
        column,
        looks,
        weight_limit(network, 0) if found.layer == 0 else None,
        map_evidence(network, ZERO, question, (4, 3)),
        smallest_flip(network, ZERO, target, (4, 3)),
    )


def test_a_figure_is_painted_where_it_was_asked_to_be() -> None:
    figure = Figure(40, 30, "#FFFFFF")
    figure.box(10, 5, 10, 10, "#FF0000")
    figure.picture(np.full((2, 2, 3), (0, 255, 0), np.uint8), 30, 20, 4, 4)
    figure.path([(0, 29), (40, 29)], "#0000FF", dashed=True)
    image = Image.open(io.BytesIO(figure.png())).convert("RGB")
    assert image.size == (80, 60)
    assert image.getpixel((24, 14)) == (255, 0, 0)
    assert image.getpixel((64, 44)) == (0, 255, 0)
    assert image.getpixel((2, 2)) == (255, 255, 255)
    row = [image.getpixel((x, 58)) for x in range(80)]
    assert (0, 0, 255) in row
    assert (255, 255, 255) in row


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_explanation_is_a_page_in_both_formats(theme: str) -> None:
    explained = _explained(load_model("toy").network)
    figure = explanation_picture(explained, "dark" if theme == "dark" else "light")
    page = Image.open(io.BytesIO(figure.png()))
    assert page.size == (2 * figure.width, 2 * figure.height)
    root = ElementTree.fromstring(figure.svg())
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Why 0 rather than 1?" in texts
    assert "0 ahead of 1" in texts
    assert {"Gradient × input", "Integrated gradients", "Occlusion"} <= set(texts)
    assert any(text is not None and re.fullmatch(r"The smallest change: to make it a 1: .*", text) for text in texts)
    ledger_texts = texts[: texts.index("0 ahead of 1") + 2]
    amounts = [text for text in ledger_texts if text is not None and re.fullmatch(r"[+−]?\d+\.\d\d", text)]
    *parts, total = (round(100 * float(text.replace("−", "-"))) for text in amounts)
    assert sum(parts) == total


def test_a_network_without_a_hidden_layer_names_pixels() -> None:
    network = Network((12, 2), ("identity",))
    initialize(network, "he", np.random.default_rng(0))
    explained = _explained(network)
    assert explained.templates.images.shape[1:] == (12,)
    assert b"pixel 1<" in explanation_picture(explained, "light").svg()


def test_words() -> None:
    explained = _explained(load_model("toy").network)
    assert question_text(explained) == "Why 0 rather than 1?"
    assert explained.change is not None
    assert change_text(explained.change, NAMES).startswith("to make it a 1: ")
    assert signed_text(-0.001) == "0.00"
    assert signed_text(-1.5) == "−1.50"
