"""The Export Analytics API of the sandbox: charts of the server-side data.

charts.py         the definition of each chart: `CHARTS`, by chart_id
dataset.py        the profiles and purchases that charts count
durations.py      the duration of a subscription by its days, and its price per month
dimensions.py     the fields of filters and segmentations
periods.py        ranges of days, periods and time zones
query.py          a validated request of a chart
metrics.py        from a query to the metrics of a response
reports.py        the other operations
csv_format.py     responses as CSV
rules.py          documented rules beyond the contract's schemas
rate_limit.py     2 requests per second
routes.py         what each operation does: `ACTIONS`, by operationId
"""
