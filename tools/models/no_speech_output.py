"""Gives Whisper's decoder graph one more output, and makes nothing else different.

    python3 no_speech_output.py decoder-all.onnx decoder.onnx        (needs the package `onnx`)

`decoder-all.onnx` cuts its scores to text and end before the softmax, so that the special tokens are gone from `logp`. That nobody
spoke is one of them: `no_speech [B, n, 1]` is its probability among all tokens, as openai-whisper reads it at the first token of the
opening. Row: behind the text tokens stand end, start, transcribe, translate, startoflm, startofprev, nospeech.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NO_SPEECH_BEHIND_END = 6

source, target = sys.argv[1:3]
model = onnx.load(source)
graph = model.graph
softmax = graph.node[-1]
assert softmax.op_type == "LogSoftmax" and softmax.output[0] == "logp"
cut = next(node for node in graph.node if softmax.input[0] in node.output)
choices = next(out for out in graph.output if out.name == "logp").type.tensor_type.shape.dim[2].dim_value
row = choices - 1 + NO_SPEECH_BEHIND_END
graph.initializer.append(numpy_helper.from_array(np.array([row], np.int64), "no_speech_row"))
graph.node.append(helper.make_node("Softmax", [cut.input[0]], ["all_probabilities"], axis=-1, name="SoftmaxAll"))
graph.node.append(
    helper.make_node("Gather", ["all_probabilities", "no_speech_row"], ["no_speech"], axis=2, name="GatherNoSpeech")
)
graph.output.append(helper.make_tensor_value_info("no_speech", TensorProto.FLOAT, ["B", "n", 1]))
onnx.checker.check_model(model)
onnx.save(model, target)
