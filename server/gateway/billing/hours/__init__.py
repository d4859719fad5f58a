"""Hours as clients were told of them: published, and sent from the first that changed."""
