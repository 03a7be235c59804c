"""The command line's contract: one sentence for what a user can mend, exit codes, one JSON document, quick help."""
