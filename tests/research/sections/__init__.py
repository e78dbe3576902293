"""Tests of the sections of reports."""
