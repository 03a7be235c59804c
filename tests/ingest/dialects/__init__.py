"""What tools' events mean, by examples to check by eye."""
