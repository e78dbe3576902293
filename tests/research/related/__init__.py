"""Tests of the questions to go on with."""
