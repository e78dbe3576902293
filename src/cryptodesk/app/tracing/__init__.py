"""What of a desk is told to an OpenTelemetry collector: traces, and the metrics that `/metrics` has.

`opening` decides whether anything is; where nothing is, no port is wrapped and the SDK, an extra of the package, is not
loaded. `spans` and `sending` alone know the SDK.
"""

from __future__ import annotations

__all__: list[str] = []
