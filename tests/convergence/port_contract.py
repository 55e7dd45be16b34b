"""What boto3 code sees of AWS: held by the ports in memory, moto and the local cloud."""

from tests.convergence import contract_of_dynamodb, contract_of_s3

RULES = [
    each
    for module in (contract_of_s3, contract_of_dynamodb)
    for name, each in vars(module).items()
    if name.startswith(("a_", "an_", "the_"))
]
