"""The Streamlit shell around core."""
