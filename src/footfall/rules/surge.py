# id: surge
# version: 3
# title: The whole store is flooded
# severity: critical
# confidence: 92
# class: SIVT
# threat: OAT-015, T1498
# why: a flood from thousands of addresses stands out at no address; it stands out by what it lacks. Volume alone is a
#   crowd (a sale, a mention on television) and never an attack: at least two shifts in what the traffic is made of must
#   come with it.
# false positives: a client of one's own that loses its cookies; a page that calls the store without a visit.
# response: ask strangers for proof of a browser until it ends; block the members listed.
# quiet: 5 minutes
"""The flood of a whole store: footfall.detect.surge finds it over the rows of traffic.sql."""
