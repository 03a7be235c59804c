"""Access: the key that encrypts what is kept, and roles that may do one unit's work and no more."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

RETAIN = RemovalPolicy.RETAIN
ENCRYPTS = ["kms:Decrypt", "kms:GenerateDataKey"]


class Encryption(Construct):
    """The key of everything that is kept; it turns every year and outlives the stack."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.key = kms.Key(
            self, "Key", description="Footfall: all that is kept", enable_key_rotation=True, removal_policy=RETAIN
        )


class Role(iam.Role):
    """A role of one service; its rights are given statement by statement."""

    def __init__(self, scope: Construct, name: str, service: str) -> None:
        super().__init__(scope, name, assumed_by=iam.ServicePrincipal(service))

    def may(self, actions: list[str], *resources: str) -> None:
        """Allows some actions on some resources."""
        self.add_to_policy(iam.PolicyStatement(actions=actions, resources=list(resources)))
