"""The committed templates onto an account: a release's code, the stacks in order, how they are, and off again."""
