"""The encoder as it is fine-tuned. In: weights of its base model. Out: a network, and the same as a file for the encoder's runtime.

The layers are those of BERT (Devlin et al., 2019), six of them, 384 wide. All but the first read two neighbouring pieces as one, as
in the Funnel-Transformer (Dai et al., 2020), to save time. Needs torch, which nothing but training does.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from coach.evaluation.fusing import fuse
from coach.textmodel.encoder import PAIR

WIDTH, INNER, PARTS, LAYERS = 384, 1536, 12, 6
WHOLE = 1  # layers that read every piece
VOCABULARY, PLACES = 30522, 512
TINY = 1e-12
FAR = -1e4  # what is added for places that hold nothing
NAMES = {
    "asks": "attention.self.query",
    "offers": "attention.self.key",
    "gives": "attention.self.value",
    "mixes": "attention.output.dense",
    "mixed": "attention.output.LayerNorm",
    "widens": "intermediate.dense",
    "narrows": "output.dense",
    "done": "output.LayerNorm",
}
"""Parts of a layer, and what they are called in files of weights."""


class Layer(nn.Module):
    """Attention to the whole stretch, then two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("asks", "offers", "gives", "mixes"):
            self.add_module(name, nn.Linear(WIDTH, WIDTH))
        self.widens, self.narrows = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.mixed, self.done = nn.LayerNorm(WIDTH, eps=TINY), nn.LayerNorm(WIDTH, eps=TINY)

    def forward(self, x: Tensor, mask: Tensor, drop: Callable[[Tensor], Tensor]) -> Tensor:
        """(stretches, places, WIDTH) to the same."""
        size, places, _ = x.shape

        def parts(y: Tensor) -> Tensor:
            return y.view(size, places, PARTS, WIDTH // PARTS).transpose(1, 2)

        likeness = parts(self.asks(x)) @ parts(self.offers(x)).transpose(-1, -2) * (WIDTH // PARTS) ** -0.5
        mixed = torch.softmax(likeness + mask, -1) @ parts(self.gives(x))
        x = self.mixed(x + drop(self.mixes(mixed.transpose(1, 2).reshape(size, places, WIDTH))))
        return self.done(x + drop(self.narrows(functional.gelu(self.widens(x)))))


class Encoder(nn.Module):
    """Numbers of pieces -> log odds of every head at every pair of places: (stretches, places / 2, heads + opinions)."""

    def __init__(self, heads: int, opinions: int) -> None:
        super().__init__()
        self.pieces, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=TINY)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.heads, self.opinions = nn.Linear(WIDTH, heads), nn.Linear(WIDTH, opinions)
        self.heads.bias.data.fill_(-3)
        self.drop = nn.Dropout(0.1)

    def begin(self, base: dict[str, Tensor]) -> None:
        """Takes over a base model's weights. Those of pieces and places are not learned further: too few texts."""
        base = {name.removeprefix("bert."): value.float() for name, value in base.items()}
        self.pieces.weight.data = base["embeddings.word_embeddings.weight"]
        self.places.weight.data = base["embeddings.position_embeddings.weight"] + base["embeddings.token_type_embeddings.weight"][0]
        self.pieces.requires_grad_(False)
        self.places.requires_grad_(False)
        _take(self.norm, base, "embeddings.LayerNorm")
        for at, layer in enumerate(self.layers):
            for name, stored in NAMES.items():
                _take(layer.get_submodule(name), base, f"encoder.layer.{at}.{stored}")

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """`ids` (stretches, places), an even number of them; `mask` 1 where there is a piece."""
        x = self.drop(self.norm(self.pieces(ids) + self.places.weight[: ids.shape[1]]))
        far = ((1.0 - mask) * FAR)[:, None, None, :]
        for at, layer in enumerate(self.layers):
            if at == WHOLE:
                x, far = functional.avg_pool1d(x.transpose(1, 2), PAIR).transpose(1, 2), functional.avg_pool2d(far, (1, PAIR))
            x = layer(x, far, self.drop)
        return torch.cat([self.heads(x), self.opinions(x)], -1)


def _take(module: nn.Module, base: dict[str, Tensor], name: str) -> None:
    module.weight.data, module.bias.data = base[name + ".weight"].clone(), base[name + ".bias"].clone()


def export(net: Encoder, path: Path) -> None:
    """Writes the network for onnxruntime, its weights a byte each: seven bits, so that it gives the same on processors without the newest instructions."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer

    net.eval()
    ids, mask = torch.ones(2, 8, dtype=torch.long), torch.ones(2, 8)
    sizes = {0: torch.export.Dim("stretches", min=1, max=512), 1: torch.export.Dim("places", min=2, max=PLACES)}
    with tempfile.TemporaryDirectory() as folder:
        whole, fused = Path(folder, "whole.onnx"), Path(folder, "fused.onnx")
        torch.onnx.export(
            net,
            (ids, mask),
            str(whole),
            input_names=["ids", "mask"],
            output_names=["odds"],
            dynamic_shapes={"ids": sizes, "mask": sizes},
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        optimizer.optimize_model(str(whole), model_type="bert", num_heads=PARTS, hidden_size=WIDTH).save_model_to_file(str(fused))
        quantize_dynamic(fused, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    fuse(path, PARTS)
