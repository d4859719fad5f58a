"""Opens tables of a usage point for export, after publishing its hours."""

from datetime import date

from gateway.billing.hours.publishing import Publisher
from gateway.csv_export.tables import Exported, Table, open_table
from gateway.kit.database import Database


class CsvExporter:
    """Opens the tables of usage points."""

    def __init__(self, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher

    async def open_table(self, account_id: str, point_id: str, table: Table, start: date, end: date) -> Exported:
        """Return the columns and rows of a table for the days `[start, end[`. Raises the problem `not_found`."""
        point = (await self._publisher.publish_hours(account_id, point_id)).point
        return await open_table(self._database, point, table, start, end)
