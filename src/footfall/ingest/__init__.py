"""From a source's rows to events in the lake."""
