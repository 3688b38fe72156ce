"""Makes the tiny streaming transducer that the tests hear with; every weight is set by hand.

    python3 tiny_transducer.py FOLDER        (needs the packages `onnx` and `numpy`)

It has the inputs, outputs, caches and metadata of icefall's streaming Zipformer (`model_type` zipformer), as
sherpa-onnx-streaming-zipformer-korean-2024-06-16 has them, with one encoder layer in place of many. It hears tones: a low one
(under 700 Hz) begins the word 가, a middle one (to 1700 Hz) the word 나, and a high one adds 다 to the word before it.

Encoder: for every 40 ms, which of three bands of the 80 mel bins is loudest. Only where that changes is there anything to say, and
what went on at the end of the chunk before is known from the cache: `cached_avg` holds it, `cached_len` counts frames, and the other
caches pass through. Every band that is heard there has its say: two tones at once are two possible tokens, the louder one likelier.
Decoder: of the two tokens before, the last: 다 cannot be said after none. Joiner: the sum of both.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TOKENS = ["<blk>", "<sos/eos>", "<unk>", "▁가", "▁나", "다"]
BANDS = [(0, 22), (22, 40), (40, 80)]
"""Mel bins, first included, last not: as many bands as there are tokens that can be said."""
FRAMES_IN, CHUNK_FRAMES, FRAMES_OUT = 39, 32, 8
"""Mel frames of 10 ms that the encoder is given, by how many it moves on, and its own frames of 40 ms."""
LEFT_CONTEXT, ATTENTION, KERNEL = 4, 2, 3
QUIET = -4.0
"""Log mel energy under which nothing sounds: a full tone has about 6, digital silence -16."""
NOT_SAID, BLANK, SURE, SURER_BY = -12.0, 2.0, 4.0, 0.5
"""Logits: of what cannot be said, of nothing, of a tone at the edge of hearing, and what each unit of log energy adds."""

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


class Graph:
    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value, dtype=np.float32):
        self.constants.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def add(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def save(self, path, inputs, outputs, metadata):
        graph = helper.make_graph(self.nodes, path.stem, inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def caches(prefix):
    width = len(BANDS)
    shapes = {
        "cached_len": (INT64, [1, "N"]),
        "cached_avg": (FLOAT, [1, "N", width]),
        "cached_key": (FLOAT, [1, LEFT_CONTEXT, "N", ATTENTION]),
        "cached_val": (FLOAT, [1, LEFT_CONTEXT, "N", ATTENTION // 2]),
        "cached_val2": (FLOAT, [1, LEFT_CONTEXT, "N", ATTENTION // 2]),
        "cached_conv1": (FLOAT, [1, "N", width, KERNEL - 1]),
        "cached_conv2": (FLOAT, [1, "N", width, KERNEL - 1]),
    }
    return [tensor(f"{prefix}{name}_0", kind, shape) for name, (kind, shape) in shapes.items()]


def encoder(path):
    g = Graph()
    one, two = g.constant("one", [1], np.int64), g.constant("two", [2], np.int64)
    start = g.constant("start", [0], np.int64)
    chunk = g.add("Slice", ["x", start, g.constant("chunk_frames", [CHUNK_FRAMES], np.int64), one], "chunk")
    fours = g.constant("fours", [0, FRAMES_OUT, CHUNK_FRAMES // FRAMES_OUT, 80], np.int64)
    mel = g.add("ReduceMax", [g.add("Reshape", [chunk, fours], "in_fours")], "mel", axes=[2], keepdims=0)
    loudest = []
    for band, (low, high) in enumerate(BANDS):
        ends = [g.constant(f"{name}_{band}", [bin_], np.int64) for name, bin_ in (("low", low), ("high", high))]
        bins = g.add("Slice", [mel, *ends, two], f"bins_{band}")
        loudest.append(g.add("ReduceMax", [bins], f"loudest_{band}", axes=[2], keepdims=1))
    levels = g.add("Concat", loudest, "levels", axis=2)
    winner = g.add("ReduceMax", [levels], "winner", axes=[2], keepdims=1)
    is_winner = g.add("GreaterOrEqual", [levels, winner], "is_winner")
    is_heard = g.add("Greater", [levels, g.constant("quiet", QUIET)], "is_heard")
    sounds = g.add("Cast", [g.add("And", [is_winner, is_heard], "sounds_yes")], "sounds", to=FLOAT)

    # What sounded 40 ms before: the chunk moved back by one frame, with the cache's last frame in front.
    remembered = g.add("Transpose", ["cached_avg_0"], "remembered", perm=[1, 0, 2])
    last = g.constant("last", [FRAMES_OUT - 1], np.int64)
    end = g.constant("end", [FRAMES_OUT], np.int64)
    earlier = g.add("Slice", [sounds, start, last, one], "earlier")
    before = g.add("Concat", [remembered, earlier], "before", axis=1)
    now = g.add("Slice", [sounds, last, end, one], "now")
    g.add("Transpose", [now], "new_cached_avg_0", perm=[1, 0, 2])

    begins = g.add("Greater", [sounds, before], "begins")
    above = g.add("Sub", [levels, "quiet"], "above")
    surer = g.add("Mul", [above, g.constant("surer_by", SURER_BY)], "surer")
    sure = g.add("Add", [surer, g.constant("sure", SURE)], "sure_of")
    beginning = g.add("Cast", [begins], "beginning", to=FLOAT)
    most = g.add("ReduceMax", [beginning], "most", axes=[2], keepdims=1)
    any_begins = g.add("Greater", [most, g.constant("none", 0.0)], "any_begins")
    sayable = g.add("And", [is_heard, any_begins], "sayable")
    g.add("Where", [sayable, sure, g.constant("not_said", NOT_SAID)], "encoder_out")

    g.add("Add", ["cached_len_0", g.constant("moved_on", FRAMES_OUT, np.int64)], "new_cached_len_0")
    for name in ("key", "val", "val2", "conv1", "conv2"):
        g.add("Identity", [f"cached_{name}_0"], f"new_cached_{name}_0")
    g.save(
        path,
        [tensor("x", FLOAT, ["N", FRAMES_IN, 80]), *caches("")],
        [tensor("encoder_out", FLOAT, ["N", FRAMES_OUT, len(BANDS)]), *caches("new_")],
        {
            "model_type": "zipformer",
            "version": "1",
            "model_author": "jikimi",
            "decode_chunk_len": str(CHUNK_FRAMES),
            "T": str(FRAMES_IN),
            "num_encoder_layers": "1",
            "encoder_dims": str(len(BANDS)),
            "attention_dims": str(ATTENTION),
            "cnn_module_kernels": str(KERNEL),
            "left_context_len": str(LEFT_CONTEXT),
        },
    )


def decoder(path):
    g = Graph()
    allowed = np.zeros((len(TOKENS), len(BANDS)), np.float32)
    allowed[0, TOKENS.index("다") - TOKENS.index("▁가")] = 2 * NOT_SAID
    second = g.constant("second", 1, np.int64)
    last = g.add("Gather", ["y", second], "last_token", axis=1)
    # What stands before the first token is the blank, or -1.
    known = g.add("Max", [last, g.constant("blank", 0, np.int64)], "known_token")
    g.add("Gather", [g.constant("allowed", allowed), known], "decoder_out", axis=0)
    g.save(
        path,
        [tensor("y", INT64, ["N", 2])],
        [tensor("decoder_out", FLOAT, ["N", len(BANDS)])],
        {"context_size": "2", "vocab_size": str(len(TOKENS))},
    )


def joiner(path):
    g = Graph()
    sayable = g.add("Add", ["encoder_out", "decoder_out"], "sayable")
    first = TOKENS.index("▁가")
    weights = np.zeros((len(BANDS), len(TOKENS)), np.float32)
    weights[:, first:] = np.eye(len(BANDS))
    bias = np.array([BLANK, NOT_SAID, NOT_SAID] + [0.0] * len(BANDS), np.float32)
    g.add("Gemm", [sayable, g.constant("weights", weights), g.constant("bias", bias)], "logit")
    inputs = [tensor(name, FLOAT, ["N", len(BANDS)]) for name in ("encoder_out", "decoder_out")]
    g.save(path, inputs, [tensor("logit", FLOAT, ["N", len(TOKENS)])], {"joiner_dim": str(len(BANDS))})


folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
encoder(folder / "encoder-epoch-99-avg-1.int8.onnx")
decoder(folder / "decoder-epoch-99-avg-1.onnx")
joiner(folder / "joiner-epoch-99-avg-1.int8.onnx")
lines = [f"{token} {row}\n" for row, token in enumerate(TOKENS)]
(folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")
