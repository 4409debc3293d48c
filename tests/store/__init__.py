"""What is kept: on SQLite and on a Postgres that the tests start themselves."""
