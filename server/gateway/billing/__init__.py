"""Energy and its cost by tariff bucket: hours, periods, totals, charts and comparisons."""
