"""`nbflow view`: a run in the browser."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Told
from nbflow.app.jupyterlab import is_in_kernel
from nbflow.app.pipelines import find_folder
from nbflow.commands import completions, options
from nbflow.commands.command import Command
from nbflow.workspace.pipeline_folder import PipelineFolder

EXAMPLES = """
nbflow view                    the report of the last run
nbflow view baseline           the run called baseline
nbflow view --live             what runs now, and then its report
nbflow view --live --port 8123 --no-browser    through ssh -L 8123:localhost:8123
"""


@click.command("view", cls=Command, examples=EXAMPLES)
@click.argument("run", required=False, shell_complete=completions.runs)
@options.in_folder
@click.option("--live", is_flag=True, help="Follow the run from a small server, until Ctrl-C.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Of the server; by default a free one."
)
@click.option("--no-browser", is_flag=True, help="Only say the address.")
@options.as_json
def command(
    *, run: str | None, folder: str | None, live: bool, port: int, no_browser: bool
) -> Told | None:
    """Show a run in the browser.

    The report is kept among what may be dropped; `nbflow report` writes one to send. The server of
    --live answers on this machine only, and who has its address; it shows and changes nothing.
    Without RUN it shows the newest; reload the page when another has begun.
    """
    pipeline = find_folder(folder)
    if not live:
        return app.view.view(pipeline, run or "last", browser=not no_browser)
    if is_in_kernel():
        raise click.UsageError(
            "A cell would wait for the server. In a notebook, `%nbflow` follows runs."
        )
    _serve(pipeline, run or "", port, browser=not no_browser)
    return None


def _serve(pipeline: PipelineFolder, run: str, port: int, *, browser: bool) -> None:
    """Say the address and serve until Ctrl-C."""
    from nbflow.server.start import start  # noqa: PLC0415 - only to serve

    def tell(url: str) -> None:
        click.echo(f"{url}\nShows the run until Ctrl-C.")
        if browser:
            app.view.open_browser(url)

    start(pipeline, run, tell, port=port)
