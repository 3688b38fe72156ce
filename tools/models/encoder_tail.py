"""Sets how much silence Whisper's encoder puts behind the sound by itself.

    python3 encoder_tail.py encoder.onnx encoder-out.onnx [MEL_FRAMES]        (needs the package `onnx`; 600 frames = 6 s, the default)

The graph was made with 300. What a longer silence costs and is worth stands in tools/hearing/tried.ts. `TAIL_FRAMES` in
packages/adapters/recognizers/src/whisper/beam-search.ts is half of this number.
"""

import sys

import numpy as np
import onnx
from onnx import numpy_helper

source, target = sys.argv[1:3]
frames = int(sys.argv[3]) if len(sys.argv) > 3 else 600
model = onnx.load(source)
tail = next(node for node in model.graph.node if node.name == "Add16").input[1]
constant = next(item for item in model.graph.initializer if item.name == tail)
assert numpy_helper.to_array(constant).tolist() == [300]
constant.CopyFrom(numpy_helper.from_array(np.array([frames], np.int64), tail))
onnx.checker.check_model(model)
onnx.save(model, target)
