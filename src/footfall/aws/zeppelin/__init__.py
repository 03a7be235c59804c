"""Zeppelin notes for Managed Flink Studio: the rules live on the stream, the questions beside their definitions."""
