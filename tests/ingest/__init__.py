"""Laws of ingest: whatever the format, nothing is lost, nothing counts twice, and neither order nor cutting shows."""
