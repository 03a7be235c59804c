"""Dash: cards and tables of HTML, a Plotly chart, served by Flask's own server in production mode."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from dash import Dash, dcc, html
from plotly import graph_objects

from bench.web.overview import Overview, Rows, overview


def layout(shown: Overview) -> Any:
    """Draws it."""
    chart = graph_objects.Figure(
        [
            graph_objects.Scatter(x=shown.days, y=shown.now, name="This period"),
            graph_objects.Scatter(x=shown.days, y=shown.before, name="Before", line={"dash": "dot"}),
        ]
    )
    tables = [html.Section([html.H2(title), _table(rows)]) for title, rows in shown.tables.items()]
    cards = html.Div([_card(figure) for figure in shown.figures], style={"display": "flex", "gap": "16px"})
    return html.Main([html.H1("Overview"), cards, html.H2("Unique visitors per day"), dcc.Graph(figure=chart), *tables])


def _card(figure: Any) -> Any:
    change = "" if figure.change is None else f"{figure.change:+.1%} {figure.words}"
    return html.Section(
        [html.H3(figure.title), html.B(figure.shown), *map(html.P, (change, figure.beside, figure.bots))]
    )


def _table(rows: Rows) -> Any:
    head = html.Tr([html.Th(name) for name in rows[0]]) if rows else None
    return html.Table(
        [html.Thead(head), html.Tbody([html.Tr([html.Td(str(v)) for v in row.values()]) for row in rows])]
    )


if __name__ == "__main__":
    app = Dash("overview")
    app.layout = lambda: layout(overview(Path(sys.argv[1])))
    app.run(host="127.0.0.1", port=int(sys.argv[2]), debug=False)
