"""The picture of a graph is one, whoever draws it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import msgspec
import pytest

from nbflow.panel import Graph
from nbflow.present.html import draw_graph
from nbflow.present.layout.picture import Picture, make_picture
from tests.present.layout.graphs import make_pipeline

SVG = "{http://www.w3.org/2000/svg}"


def make_graph(count: int) -> tuple[list[dict[str, str]], list[list[str]]]:
    ids, edges = make_pipeline(count)
    return [{"id": name, "label": name} for name in ids], [list(edge) for edge in edges]


def test_the_panel_its_saved_form_and_a_page_show_the_same_places_and_routes():
    nodes, edges = make_graph(30)
    states = {"step_1": {"status": "failed", "text": "a text that is longer than the card is wide"}}
    graph = Graph(nodes=nodes, edges=edges, states=states)
    picture = msgspec.convert(graph.get_state("picture")["picture"], Picture)
    sent = graph.get_state("states")["states"]["step_1"]["line"]
    saved, _ = graph._repr_mimebundle_()
    for html in (saved["text/html"], draw_graph((nodes, edges), states)):
        svg = ET.fromstring(html).find(f"{SVG}svg")
        cards = [one for one in svg.iter(f"{SVG}g") if "nbflow-node" in one.get("class", "")]
        assert [one.get("transform") for one in cards] == [
            f"translate({card.x:.1f} {card.y:.1f})" for card in picture.cards
        ]
        texts = {one.find(f"{SVG}title").text.split("\n")[0]: one for one in cards}
        lines = {
            name: "".join(one.findall(f"{SVG}text")[1].itertext()) for name, one in texts.items()
        }
        assert lines["step_1"] == f"failed{sent}"
        assert sent.endswith("…")
        paths = [one.get("d") for one in svg.findall(f"{SVG}path")]
        assert paths == [line.path for line in picture.lines]


def test_other_steps_are_another_picture_and_the_same_ones_are_not_laid_out_again():
    nodes, edges = make_graph(4)
    graph = Graph(nodes=nodes, edges=edges)
    first = graph.picture
    graph.show(list(nodes), list(edges))
    assert graph.picture is first
    graph.show(nodes[:2], edges[:1])
    assert len(graph.picture["cards"]) == 2


def test_an_edge_is_one_path_of_curves_a_line_between_them_and_the_head():
    nodes = [{"id": name, "label": name} for name in "abc"]
    picture = make_picture(nodes, [["a", "b"], ["b", "c"], ["a", "c"]])
    path = next(line.path for line in picture.lines if (line.start, line.end) == ("a", "c"))
    assert [letter for letter in path if letter.isalpha()] == list("MCLCMLL")


@pytest.mark.parametrize(
    ("longest", "columns", "width"),
    [
        (6, 2, 172),  # never narrower
        (20, 3, 218),
        (20, 4, 192),  # what four columns leave of a page
        (20, 9, 172),
        (90, 1, 300),
    ],
)
def test_cards_are_as_wide_as_their_names_need_where_a_page_has_room(longest, columns, width):
    nodes = [{"id": str(at), "label": "n" * longest} for at in range(columns)]
    edges = [[str(at), str(at + 1)] for at in range(columns - 1)]
    assert make_picture(nodes, edges).card == width


def test_a_text_is_as_much_of_it_as_fits_in_front_of_an_ellipsis():
    nodes = [{"id": "a", "label": "a_step_with_a_name_that_is_much_longer_than_its_card"}]
    assert make_picture(nodes, []).cards[0].name == "a_step_with_a_na…r_than_its_card"
