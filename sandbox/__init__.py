"""The stand-ins: servers that speak the real protocols, for the demo and the tests."""
