"""Tests of the PostgreSQL driver, against a real server."""
