"""One node for the attention of each layer. In: an exported encoder. Out: the same, for stretches that are read one at a time.

Without a mask, onnxruntime has a kernel for all of it, which is a quarter faster. So nothing is padded, and what a stretch is
read as does not depend on those beside it. Needs onnx, which nothing but training does.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper


def fuse(path: Path, parts: int) -> None:
    """Rewrites the file. `parts` is the number of heads of attention."""
    model = onnx.load(path)
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    users = {name: node for node in graph.node for name in node.input}  # what is looked up has one user each
    stored = {item.name: item for item in graph.initializer}
    for softmax in [node for node in graph.node if node.op_type == "Softmax"]:
        masked = made[softmax.input[0]]
        likeness = made[made[masked.input[0]].input[0]]
        mixed = users[softmax.output[0]]
        joined = users[users[mixed.output[0]].output[0]]
        asked, biases = [], []
        for turned in (*likeness.input, mixed.input[1]):
            plus = made[made[made[turned].input[0]].input[0]]
            biases += [numpy_helper.to_array(stored[name]) for name in plus.input if name in stored]
            asked += [name for name in plus.input if name not in stored]
        bias = softmax.name + "_bias"
        graph.initializer.append(numpy_helper.from_array(np.concatenate(biases), bias))
        graph.node.append(helper.make_node("MultiHeadAttention", [*asked, bias], list(joined.output), domain="com.microsoft", num_heads=parts))
        graph.node.remove(joined)
    _tidy(graph)
    onnx.save(model, path)


def _tidy(graph: onnx.GraphProto) -> None:
    """Drops what nothing uses any more, and puts nodes behind what they use."""
    made = {name: node for node in graph.node for name in node.output}
    order: list[onnx.NodeProto] = []
    done: set[str] = set()

    def visit(name: str) -> None:
        node = made.get(name)
        if node is not None and node.output[0] not in done:
            done.update(node.output)
            for needed in node.input:
                visit(needed)
            order.append(node)

    for output in graph.output:
        visit(output.name)
    needed = {name for node in order for name in node.input}
    for items, kept in (
        (graph.node, order),
        (graph.initializer, [item for item in graph.initializer if item.name in needed]),
        (graph.input, [item for item in graph.input if item.name in needed]),
    ):
        kept = [type(item).FromString(item.SerializeToString()) for item in kept]
        del items[:]
        items.extend(kept)
    del graph.value_info[:]
