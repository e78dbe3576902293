"""Tests of the desk's own routes."""
