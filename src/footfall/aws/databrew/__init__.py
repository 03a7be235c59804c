"""DataBrew: the recipe that cleans staged CSV files as ingest does, its job, and what its operations mean."""
