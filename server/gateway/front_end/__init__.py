"""The front end's built files, served by the gateway itself where there is no nginx: on a board, in the demo."""
