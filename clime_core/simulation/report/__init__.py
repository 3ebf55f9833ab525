"""Reports of simulated campaigns: tables, plots and the statistics behind them."""
