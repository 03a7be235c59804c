"""Live detection: rules over windows, surge, incidents and verdicts, each pure: time and state come in as arguments."""
