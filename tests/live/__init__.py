"""The product at work: served, attacked, asked."""
