"""Tests of citing."""
