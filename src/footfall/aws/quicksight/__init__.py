"""QuickSight: the dashboard's pages as code, each figure a measure of a question, its definition beside it."""
