from anlan.kernel.capability import Capability

CAPABILITY = Capability(code="enterprises")
