"""The page of a run that goes on: drawn once, then each part is put in anew."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from nbflow.model import Next, find_state
from nbflow.present.document import Listing, Span
from nbflow.present.html.markup import tag
from nbflow.present.html.render import draw
from nbflow.present.html.style import draw_style, read_script
from nbflow.present.nodes import make_run_graph
from nbflow.present.pages import runs
from nbflow.present.report.content_policy import make_policy
from nbflow.runs.fold import Run

_LOST = "The server that follows the run does not answer. It ends with the command that began it."


def draw_live_page(run: Run, parts: dict[str, str]) -> str:
    """Return the page, with the parts as they are now; a script asks for them again."""
    script = read_script("live")
    policy = Markup('<meta http-equiv="Content-Security-Policy" content="{}">')
    head = tag(
        "head",
        Markup('<meta charset="utf-8">'),
        policy.format(make_policy([script], live=True)),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", f"{find_state(run.status).glyph} {run.name or run.id}"),
        draw_style("report"),
    )
    drawn = (tag("div", Markup(part), id=name) for name, part in parts.items())  # noqa: S704 - ours
    lost = tag("p", _LOST, id="nb-lost", class_="nb-note", role="status", hidden="")
    main = tag("main", tag("h1", run.pipeline or run.id), lost, *drawn, data_page=run.id)
    code = Markup("<script>{}</script>").format(Markup(script))  # noqa: S704 - ours
    return f"<!doctype html>\n{tag('html', head, tag('body', main, code), lang='en')}\n"


def draw_live_parts(
    run: Run, now: float, printed: Iterable[tuple[str, str]], after: Iterable[Next] = ()
) -> dict[str, str]:
    """Return the parts of the page as HTML by their ids; `printed` are lines of what runs."""
    lines = [Span(f"{step}: {line}", "") for step, line in printed]
    blocks = {
        "nb-head": (runs.make_headline(run, now),),
        "nb-graph": (make_run_graph(run),),
        "nb-steps": runs.make_live_table(run, runs.leave_out_reused(run), now),
        "nb-printed": (Listing(tuple(lines), "What the steps print"),) if lines else (),
        "nb-ending": runs.make_ending(run, after),
    }
    return {name: tag("div", draw(*found), class_="nbflow") for name, found in blocks.items()}
