"""The workbench: trials that run beside the server, and models that users bring, for the REST API and the studio."""
