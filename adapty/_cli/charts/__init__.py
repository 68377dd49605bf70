"""Charts of analytics: from rows to series, and from series to a terminal or an image."""
