"""The AWS plane against an emulator of AWS, which runs what is asked of it here and only pretends elsewhere."""
