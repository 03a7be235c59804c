"""Laws of the AWS plane's infrastructure."""

import infra  # names the Node that the CDK is to run on, before anything starts it

__all__ = ["infra"]
