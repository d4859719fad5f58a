"""Serves the built files of the front end from the gateway where there is no nginx: on a small board, in the demo."""
