"""The rules, case by case and law by law."""
