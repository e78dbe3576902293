"""The protocol's own conformance suite, run against the desk."""
