"""Bringing databases up to date, checking and copying them."""
