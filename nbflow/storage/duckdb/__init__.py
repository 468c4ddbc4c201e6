"""Tables as DuckDB files, and SQL over them."""
