"""Attackers, one kind a file: what real tools do, whoever watches."""
