"""A Gmail on this machine: the REST API, OAuth and Pub/Sub pushes as documented, as far as this bot uses them."""
