"""The Flink application: ``raw`` judged into ``clean``, and what the rules' windows hold told in ``signals``."""
