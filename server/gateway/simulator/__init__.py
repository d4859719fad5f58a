"""Enedis and RTE as seen from outside: for the demo, the tests and the load runs.

Written from what the two operators promise and from recorded answers, never from the gateway's own clients: it imports
no other room of the gateway, so that a mistake of the client cannot hide in the thing that tests it.
"""
