"""Export of a usage point's readings and hours as a CSV file for spreadsheets, streamed as it is read."""
