"""Export and deletion of all data of an account, across rooms."""
