"""OFREP 0.3.0, OpenFeature's Remote Evaluation Protocol: any OpenFeature SDK evaluates the live flags with it.

The protocol's own description is ``service/openapi.yaml`` of the repository open-feature/protocol; what it leaves open
follows what its published providers read (``docs/reference/http.md``).
"""
