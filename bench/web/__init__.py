"""The Overview page beside the same page in Streamlit and in Dash, over the same lake, in a real browser."""
