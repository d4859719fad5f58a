"""Serves older clients as they are: those of MyElectricalData's first API, and those of conso-api.

Both passed on what Enedis' v5 API answered, which Enedis has closed. Here the same bodies are written from the archive.
Off by default (LEGACY_CLIENTS), since these addresses contain meter numbers. docs/older-clients.md documents them.
"""
