"""Where webhooks keep their data: one module per database and kind of data."""
