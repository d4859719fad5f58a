"""Errors of the integration itself. `feed` translates them, as it does those of the gateway."""


class RecorderIncompleteError(Exception):
    """The recorder does not have all rows that were written; they have to be imported again."""

    code = "recorder_incomplete"
