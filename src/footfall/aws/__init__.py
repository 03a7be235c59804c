"""The AWS plane: the ports over Kinesis, DynamoDB, SNS and CloudWatch."""
