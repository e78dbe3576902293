"""Documents of the simulated world."""
