"""Streamlit: metrics, its own line chart, its own tables; the answers cached, as its guide advises."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import streamlit as st

from bench.web.overview import Overview, overview


def page(shown: Overview) -> None:
    """Draws it."""
    st.set_page_config(page_title="Overview", layout="wide")
    st.title("Overview")
    for column, figure in zip(st.columns(4), shown.figures, strict=True):
        column.metric(figure.title, figure.shown, None if figure.change is None else f"{figure.change:+.1%}")
        column.caption(f"{figure.words}  \n{figure.beside}  \n{figure.bots}")
    st.subheader("Unique visitors per day")
    st.line_chart(pd.DataFrame({"This period": shown.now, "Before": shown.before}, index=pd.to_datetime(shown.days)))
    for title, rows in shown.tables.items():
        st.subheader(title)
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


if __name__ == "__main__":
    page(st.cache_data(ttl=300, show_spinner=False)(overview)(Path(sys.argv[1])))
