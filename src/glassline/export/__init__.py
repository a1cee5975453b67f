"""A verdict on other targets, each with a certificate that it is the same verdict.

`rules` are the numbers of a model, `held` those of its gauge limit; `steps` the sums of a
verdict, one by one, as `terms`; a file a target writes them down and asks an engine: `network` (ONNX), `clibrary`,
`plc` (Structured Text), `javascript`, `sql`,
`workbook`; `opcua` serves results to clients on a line. `probes` are what both sides are
asked, `certificate` counts the answers, `exporting` puts it together.
"""

from glassline.export.certificate import Agreement, Certificate
from glassline.export.exporting import (
    TARGETS,
    Exported,
    certificate_path,
    export,
)

__all__ = [
    "TARGETS",
    "Agreement",
    "Certificate",
    "Exported",
    "certificate_path",
    "export",
]
