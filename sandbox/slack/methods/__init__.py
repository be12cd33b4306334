"""The Web API's methods: one file per family, one table of all."""
