"""How cells of executed notebooks are drawn."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from nbflow.present.report.cells import draw_cell, draw_markdown, draw_source
from nbflow.present.report.cells.ansi import draw_ansi
from nbflow.present.report.cells.maths import draw_latex, draw_maths
from nbflow.reports.facts import ReportCell

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xf0").decode()


def draw(*outputs: dict[str, Any], source: str = "x = 1", **options: Any) -> str:
    return str(draw_cell(ReportCell(5, "code", source, outputs=outputs), step="load", **options))


def shown(metadata: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """Return an output; `text_html` stands for `text/html`."""
    kinds = {kind.replace("_", "/", 1): value for kind, value in data.items()}
    return {"output_type": "display_data", "data": kinds, "metadata": metadata or {}}


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def see(html: str) -> str:
    """Return the text in some HTML."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


# --- code and cells -------------------------------------------------------------------------


def test_code_is_folded_and_says_how_much_it_is() -> None:
    html = str(draw_cell(ReportCell(5, "code", "a = 1\nb = 2", seconds=1.25)))
    assert "Code of cell 5 2 lines, 1.2 s" in see(html)
    assert html.startswith('<div class="nb-cell"><details class="nb-fold">')


def test_code_can_be_open_or_left_out() -> None:
    assert "<details" not in draw(code="open")
    assert draw(code="none") == ""
    tagged = ReportCell(5, "code", "x", tags=("hide-input",), outputs=(printed("seen"),))
    assert see(str(draw_cell(tagged))) == "seen"
    assert draw_cell(ReportCell(5, "code", "x", tags=("remove-cell",))) == ""


def test_a_failed_cell_shows_its_code_with_the_line_marked() -> None:
    cell = ReportCell(5, "code", "a = 1\nb = c\nd = 2", failed=True, line=2)
    html = str(draw_cell(cell, id="load-5", code="none"))
    assert 'class="nb-cell nb-failed-cell" id="load-5"' in html
    [marked] = re.findall(r"<mark.*?</mark>", html)
    assert see(marked) == "2 failed here: b = c"


def test_magics_are_coloured_as_their_language() -> None:
    html = str(draw_source("%%sql\nselect 1"))
    assert '<span class="nn">%%sql</span>\n<span class="k">select</span>' in html
    assert "unknown &lt;" in draw_source("unknown <", "no such language")


def test_what_is_left_out_is_said() -> None:
    html = str(draw_cell(ReportCell(5, "code", "", cut=3_000_000)))
    assert see(html) == "3.0 MB of output are left out here; the executed notebook has them."


# --- markdown and formulas ------------------------------------------------------------------


def test_markdown_has_tables_formulas_and_coloured_code() -> None:
    html = str(draw_markdown("Be $x^2$ for $5.\n\n|a|\n|-|\n|1|\n\n```python\nif x: 1\n```"))
    assert "<math" in html
    assert "for $5." in html
    assert "<td>1</td>" in html
    assert '<span class="k">if</span>' in html


def test_headings_begin_at_the_level_that_is_asked_for() -> None:
    html = str(draw_markdown("# One\n\n## Two\n\n<h1>Three</h1>", level=3))
    assert re.findall(r"<(h\d)", html) == ["h3", "h4", "h3"]


def test_attached_pictures_are_shown_and_others_are_named() -> None:
    text = "![here](attachment:a.png) ![far away](http://x.org/b.png) ![](c.png)"
    html = str(draw_markdown(text, {"a.png": {"image/png": PNG}}))
    assert f'src="data:image/png;base64,{PNG}"' in html
    assert see(html) == "[picture: far away] [picture: without a name]"
    assert "x.org" not in html


def test_links_lead_outside_or_nowhere() -> None:
    html = str(
        draw_markdown("[a](https://x.org) [b](other.ipynb) <a href='javascript:alert()'>c</a>")
    )
    assert re.findall(r'href="([^"]*)"', html) == ["https://x.org"]


@pytest.mark.parametrize("tex", [r"\frac{1}{2}", "$x$", r"\[x\]", r"$\displaystyle \sum_i x_i$"])
def test_latex_becomes_mathml(tex: str) -> None:
    assert draw_latex(tex).startswith('<div class="nb-formula"')
    assert "<math" in draw_latex(tex)


def test_a_formula_that_is_not_understood_is_shown_as_it_is() -> None:
    assert draw_maths("x" * 20_000).startswith('<code class="nb-tex">')
    assert "script" not in draw_maths(r"\text{<script>alert(1)</script>}")


# --- outputs --------------------------------------------------------------------------------


def test_printed_text_keeps_its_colours_and_joins_what_came_in_pieces() -> None:
    html = draw(printed("a\x1b[31mb\x1b[0m"), printed("c"), printed("w", "stderr"), source="")
    assert (
        '<pre class="nb-text" tabindex="0" role="group" aria-label="Printed by cell 5 of load">'
        in html
    )
    assert 'a<span class="nb-ansi-red">b</span>c</pre>' in html
    assert 'class="nb-text nb-stderr"' in html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10%\r100%", "100%"),
        ("abc\rx", "xbc"),
        ("ab\x08c", "ac"),
        ("\x1b]0;title\x07hi", "hi"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b[1;38;5;196mhot\x1b[22m", '<span class="nb-ansi-bold nb-ansi-red">hot</span>'),
        ("\x1b[48;2;0;0;250mcold", '<span class="nb-ansi-on-blue">cold</span>'),
        ("\x1b[38;5", ""),
        ("\x1b[2J\x1b[H<b>", "&lt;b&gt;"),
        ("\x1b[38;5m\x1b[38;2;1mx", "x"),
    ],
)
def test_escape_sequences_become_classes_or_nothing(text: str, expected: str) -> None:
    assert draw_ansi(text) == expected


def test_long_text_is_folded() -> None:
    html = draw(printed("\n".join(map(str, range(1, 101)))), source="")
    assert "<summary>60 more lines</summary>" in html


def test_a_picture_has_its_size_and_the_titles_in_the_code_as_words() -> None:
    source = "ax.set_title('Late arrivals'); ax.set_xlabel('hour'); ax.set_ylabel('share')"
    html = draw(shown(image_png=PNG, text_plain="<Figure>"), source=source, code="none")
    assert 'alt="Figure: Late arrivals: share against hour"' in html
    assert 'width="320" height="240"' in html
    assert 'alt="Figure of cell 5 of load"' in draw(shown(image_png=PNG), source="plot()")
    assert 'alt="Told"' in draw(shown({"alt": "Told"}, image_png=PNG), source=source)


def test_what_plotting_returns_is_not_shown_beside_the_figure() -> None:
    handle = shown(text_plain="[<matplotlib.lines.Line2D at 0x7f>]")
    assert "matplotlib" not in draw(handle, shown(image_png=PNG), source="")
    assert "matplotlib" in draw(handle, source="")


def test_a_picture_that_is_too_large_is_named() -> None:
    html = draw(shown(image_png="A" * 5_000_000), source="")
    assert (
        see(html)
        == "Figure of cell 5 of load: left out, it takes 5.0 MB. The executed notebook has it."
    )


FRAME = """<div><style scoped>.dataframe td {color: red}</style>
<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>name</th><th>x</th></tr>
</thead><tbody><tr><th>0</th><td>&lt;script&gt;</td><td>1.50</td></tr><tr><th>1</th><td>b</td><td>NaN</td></tr>
</tbody></table><p>2 rows, 2 columns</p></div>"""


def test_data_frames_have_the_look_of_the_report() -> None:
    html = draw(shown(text_html=FRAME, text_plain="..."), source="")
    assert "<iframe" not in html
    assert '<th scope="col" class="nb-right">x</th>' in html
    assert '<th scope="row">0</th><td>&lt;script&gt;</td><td class="nb-right">1.50</td>' in html
    assert see(html) == "name x 0 &lt;script&gt; 1.50 1 b NaN 2 rows, 2 columns"


def test_the_name_of_an_index_stands_beside_the_columns() -> None:
    head = "<tr><th></th><th>took</th></tr><tr><th>from</th><th></th></tr>"
    body = "<tr><th>JFK</th><td>31 min</td></tr>"
    table = f"<table class='dataframe'><thead>{head}</thead><tbody>{body}</tbody></table>"
    html = draw(shown(text_html=table), source="")
    assert see(html) == "from took JFK 31 min"
    assert html.count("<tr>") == 2
    assert '<td class="nb-right">31 min</td>' in html


def test_html_with_a_look_of_its_own_stands_in_a_frame_without_rights() -> None:
    html = draw(
        shown(text_html="<style>b{color:red}</style><b onclick='x()'>hot</b><script>y()</script>")
    )
    [frame] = re.findall(r"<iframe[^>]*>", html)
    assert 'sandbox="allow-same-origin"' in frame
    assert 'title="Output of cell 5 of load"' in frame
    assert "b{color:red}" in frame
    assert "onclick" not in frame
    assert "y()" not in frame


def test_plain_html_is_text_of_the_page() -> None:
    html = draw(shown(text_html="<h1>Big</h1><p onclick='x()'>words</p>"), source="")
    assert '<div class="nb-prose"><h3>Big</h3><p>words</p></div>' in html


def test_of_several_forms_the_one_that_says_most_is_shown() -> None:
    assert "<math" in draw(shown(text_plain="x", image_png=PNG, text_latex="$x$"))
    assert "bold" in draw(shown(text_plain="x", text_markdown="**bold**"))
    assert "only words" in draw(shown(text_plain="only words", text_html="<script>x()</script>"))
    assert "A script of this cell did not run here." in draw(shown(application_javascript="x"))
    assert "cannot be shown here: a/b" in draw(shown(a_b="x"))


def test_an_error_tells_its_message_before_its_frames() -> None:
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "12 months are \x1b[31mtoo few",
        "traceback": ["\x1b[31mCell In[1], line 1\x1b[0m\n----> 1 raise\n\nValueError: 12"],
    }
    text = see(draw(error, source=""))
    assert text.startswith("ValueError: 12 months are too few cell 5, line 1")
    assert "Whole traceback" in text


@pytest.mark.parametrize(
    "output", [{}, {"output_type": "display_data"}, {"output_type": "error"}, shown()]
)
def test_outputs_that_are_not_as_nbformat_has_them_break_nothing(output: dict[str, Any]) -> None:
    draw(output)


# --- widgets --------------------------------------------------------------------------------


def widget(kind: str, **state: Any) -> dict[str, Any]:
    return {"model_name": f"{kind}Model", "state": state}


def draw_widgets(**models: dict[str, Any]) -> str:
    """Return what is drawn of the widget `top`."""
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "top"}, "text/plain": "VBox()"}
    output = {"output_type": "display_data", "data": view}
    return str(draw_cell(ReportCell(5, "code", "", outputs=(output,), widgets=models)))


def test_a_progress_bar_of_tqdm_shows_how_far_it_came() -> None:
    html = draw_widgets(
        top=widget("HBox", children=["IPY_MODEL_a", "IPY_MODEL_b", "IPY_MODEL_c"]),
        a=widget("HTML", value="files: 100%"),
        b=widget("FloatProgress", value=5.0, min=0.0, max=5.0),
        c=widget("HTML", value="5/5 <script>x()</script>"),
    )
    assert '<progress value="5.0" max="5.0" aria-label="Progress"></progress>' in html
    assert see(html) == "files: 100% 5/5"


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (widget("IntSlider", value=7, description="n"), "n 7"),
        (widget("FloatRangeSlider", value=[0.1, 2.5]), "0.1 to 2.5"),
        (widget("Dropdown", _options_labels=["a", "b"], index=1), "b"),
        (widget("SelectMultiple", _options_labels=["a", "b"], index=[0, 1]), "a, b"),
        (widget("Checkbox", value=True, description="late"), "late yes"),
        (widget("Button", description="Go"), "Go"),
        (widget("Text", value="<b>"), "&lt;b&gt;"),
        (widget("Tab", children=["IPY_MODEL_top"], titles=["x"]), "VBox()"),
        (widget("Password", value="hunter2"), "VBox()"),
        (widget("Any", _esm="x()"), "VBox()"),
    ],
)
def test_a_widget_shows_its_value_or_else_its_text(model: dict[str, Any], expected: str) -> None:
    assert see(draw_widgets(top=model)) == expected


def test_what_was_printed_into_a_widget_is_shown() -> None:
    assert see(draw_widgets(top=widget("Output", outputs=[printed("into it")]))) == "into it"
