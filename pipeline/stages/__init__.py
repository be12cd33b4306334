"""One file a stage: a module-level function whose signature is its documentation."""
