"""Tests of the skills, one file each."""
