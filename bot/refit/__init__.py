"""Learning from reviewed mail, in a process of its own, and letting the result judge where it is not worse."""
