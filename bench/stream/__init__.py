"""The guard's windows against other engines: the same lines of JSON, the same five rules, as many threads.

The work: parse JSON lines in order of arrival, leave out what is late by its own clock, keep hopping windows of five
rules (counts, exact distincts, gaps between events) and put out every key that is over a rule's bound in a closed
window. Each engine's rows are compared, one by one, with the rule's own text run by DuckDB on each window's events.
Every engine is written as someone at home in it would write it; its module states the choices.
"""
