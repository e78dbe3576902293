"""Tests of what is told to an OpenTelemetry collector."""

from __future__ import annotations
