"""Reports for managers and admins: charts, their numbers as tables, and the tickets behind them."""
