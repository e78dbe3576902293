"""A market that does not exist, complete and the same for ever: for demonstrations, tests and load."""

from cryptodesk.market.simulation.world import DEFAULT_SIZE, SimulatedWorld

__all__ = ["DEFAULT_SIZE", "SimulatedWorld"]
