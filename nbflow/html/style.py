"""The look of what is shown in a notebook: the front end's own colours, light and dark."""

from __future__ import annotations

from markupsafe import Markup

from nbflow.html.markup import draw_style, tag

# JupyterLab's and Notebook's variables, then VS Code's, then what reads on white and on black.
STYLE = """
.nbflow{--nb-line:var(--jp-border-color2,rgba(128,128,128,.35));
--nb-ok:var(--jp-success-color1,#2a9d5c);--nb-bad:var(--jp-error-color1,#d9483b);
--nb-warn:var(--jp-warn-color1,#c98a00);--nb-info:var(--jp-info-color1,#2f86d6);
--nb-odd:#b565c9;color:var(--jp-content-font-color1,var(--vscode-foreground,inherit));
font-family:var(--jp-ui-font-family,system-ui,sans-serif);
font-size:var(--jp-ui-font-size1,13px);line-height:1.5}
.nbflow table{border-collapse:collapse;margin:.4em 0;font-size:inherit;border:0}
.nbflow.nbflow tr{background:none}
.nbflow.nbflow th,.nbflow.nbflow td{text-align:left;vertical-align:top;
padding:.15em .9em .15em 0;border:0;
background:none;white-space:normal;max-width:48em;overflow-wrap:anywhere}
.nbflow th{font-weight:600;border-bottom:1px solid var(--nb-line);white-space:nowrap}
.nbflow td:first-child,.nbflow .nb-state{white-space:nowrap}
.nbflow.nbflow .nb-right{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.nbflow code{font-family:var(--jp-code-font-family,monospace);font-size:.95em;background:none;
color:inherit;padding:0}
.nbflow pre{font-family:var(--jp-code-font-family,monospace);font-size:.95em;margin:.4em 0;
padding:.5em .7em;border-left:3px solid var(--nb-line);overflow-x:auto;white-space:pre;
background:none;color:inherit}
.nbflow pre b{font-weight:700}
.nbflow h4{font-size:1.05em;font-weight:600;margin:.7em 0 .1em}
.nbflow a{color:inherit;text-decoration:underline;text-decoration-color:var(--nb-line)}
.nbflow details>summary{cursor:pointer}
.nbflow .nb-head{margin:.2em 0}.nbflow .nb-dim{opacity:.68}.nbflow .nb-next{margin:.5em 0}
.nbflow .nb-hint{font-style:italic}
.nbflow .nb-problem{margin:.5em 0}.nbflow .nb-problem>div{margin-left:1.4em}
.nbflow .nb-bar{display:inline-block;width:5em;height:.5em;border:1px solid var(--nb-line);
border-radius:.25em;vertical-align:.05em;overflow:hidden}
.nbflow .nb-bar i{display:block;height:100%;background:var(--nb-info)}
.nb-done,.nb-add{color:var(--nb-ok)}.nb-reused,.nb-reuse,.nb-running,.nb-run,.nb-wait,.nb-at{
color:var(--nb-info)}
.nb-failed,.nb-error,.nb-cut{color:var(--nb-bad)}.nb-blocked,.nb-warning{color:var(--nb-warn)}
.nb-cancelled,.nb-lost{color:var(--nb-odd)}
""".replace("\n", "")


def frame(*parts: str | None) -> Markup:
    """Return the parts in one element with its style, for an output cell."""
    return tag("div", draw_style(STYLE), *parts, class_="nbflow")
