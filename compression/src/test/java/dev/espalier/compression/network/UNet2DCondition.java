package dev.espalier.compression.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** diffusers' UNet2DConditionModel as Stable Diffusion 1.5 has it, to try the readers on. */
record UNet2DCondition(List<Integer> widths, int layers, int heads) {
  private static final Ops.Norm NORM = new Ops.Norm(32, 1e-5);

  static final UNet2DCondition STABLE_DIFFUSION_15 =
      new UNet2DCondition(List.of(320, 640, 1280, 1280), 2, 8);

  <T> T forward(Ops<T> ops, T sample, T timestep, T context) {
    int last = widths.size() - 1;
    int time = 4 * widths.get(0);
    T emb = ops.timestepEmbedding(timestep, widths.get(0), true, 0);
    emb = ops.linear("time_embedding.linear_1", emb, time);
    emb = ops.linear("time_embedding.linear_2", ops.silu(emb), time);
    T h = ops.conv2d("conv_in", sample, Ops.Conv.same(widths.get(0)));
    Deque<T> skips = new ArrayDeque<>(List.of(h));
    for (int i = 0; i <= last; i++) {
      String block = "down_blocks." + i;
      for (int j = 0; j < layers; j++) {
        h = ops.resnetBlock(block + ".resnets." + j, h, emb, resnet(i));
        if (i < last) h = ops.transformer(block + ".attentions." + j, h, context, transformer());
        skips.push(h);
      }
      if (i < last) {
        h = ops.downsample(block + ".downsamplers.0", h, 1);
        skips.push(h);
      }
    }
    h = ops.resnetBlock("mid_block.resnets.0", h, emb, resnet(last));
    h = ops.transformer("mid_block.attentions.0", h, context, transformer());
    h = ops.resnetBlock("mid_block.resnets.1", h, emb, resnet(last));
    for (int i = 0; i <= last; i++) {
      String block = "up_blocks." + i;
      for (int j = 0; j <= layers; j++) {
        T joined = ops.concat(h, skips.pop());
        h = ops.resnetBlock(block + ".resnets." + j, joined, emb, resnet(last - i));
        if (i > 0) h = ops.transformer(block + ".attentions." + j, h, context, transformer());
      }
      if (i < last) h = ops.upsampleConv(block + ".upsamplers.0", h);
    }
    return ops.conv2d("conv_out", ops.silu(ops.groupNorm("conv_norm_out", h, NORM)), rgb());
  }

  private static Ops.Conv rgb() {
    return Ops.Conv.same(4);
  }

  private Ops.Resnet resnet(int level) {
    return new Ops.Resnet(widths.get(level), NORM, false);
  }

  private Ops.Transformer transformer() {
    return new Ops.Transformer(1, heads, new Ops.Norm(32, 1e-6), false);
  }
}
