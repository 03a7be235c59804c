"""Lambda shells: parse, call, report partial failure, raise again."""
