"""The face: a case in, Block Kit JSON out."""
