"""Makes the silence that Whisper's encoder puts behind the sound an input of its graph, and makes nothing else different.

    python3 encoder_tail.py encoder.onnx encoder-out.onnx        (needs the package `onnx`)

The graph was made with 300 mel frames of 10 ms; `tail` [1] is how many now. What a longer silence costs and is worth stands in
docs/measurements/hearing.md.
"""

import sys

import onnx
from onnx import TensorProto, helper, numpy_helper

source, target = sys.argv[1:3]
model = onnx.load(source)
graph = model.graph
add = next(node for node in graph.node if node.name == "Add16")
constant = next(item for item in graph.initializer if item.name == add.input[1])
assert numpy_helper.to_array(constant).tolist() == [300]
graph.initializer.remove(constant)
add.input[1] = "tail"
graph.input.append(helper.make_tensor_value_info("tail", TensorProto.INT64, [1]))
onnx.checker.check_model(model)
onnx.save(model, target)
