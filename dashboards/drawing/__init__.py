"""How blocks are drawn: Altair and Streamlit in the browser, SVG and HTML in the report."""
