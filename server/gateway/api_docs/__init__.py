"""`GET /docs`: the OpenAPI document as a page that loads no script and nothing from another site."""
