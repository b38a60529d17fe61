"""One reading per page."""
