"""`GET /docs`: the OpenAPI document as a page, without a script and without another site."""
