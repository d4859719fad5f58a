"""A usage point's readings and hours as a CSV file for spreadsheets, written as it is read."""
