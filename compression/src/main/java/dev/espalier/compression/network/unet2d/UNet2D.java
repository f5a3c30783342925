package dev.espalier.compression.network.unet2d;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.compression.network.Network;
import dev.espalier.compression.network.Ops;
import dev.espalier.compression.network.Ops.Resnet.Resample;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The U-Net of DDPM (Ho et al. 2020) as diffusers' {@code UNet2DModel} lays it out, keys and all:
 * residual blocks with a time embedding, self-attention at chosen resolutions, skip connections
 * from every block on the way down to one on the way up.
 */
public record UNet2D(UNet2DConfig settings) implements Network {
  @Override
  public <T> T forward(Ops<T> ops, T sample, T timestep) {
    return forward(ops, sample, timestep, null);
  }

  /** As {@link #forward(Ops, Object, Object)}, for the classes {@code label}, {@code [batch]}. */
  public <T> T forward(Ops<T> ops, T sample, T timestep, @Nullable T label) {
    UNet2DConfig c = settings;
    int last = c.levels() - 1;
    T emb = timeEmbedding(ops, timestep, label);

    T centred = c.centerInputSample() ? ops.affine(sample, 2, -1) : sample;
    T h = ops.feature("conv_in", ops.conv2d("conv_in", centred, Ops.Conv.same(c.width(0))));
    Deque<T> skips = new ArrayDeque<>(List.of(h));
    for (int i = 0; i <= last; i++) {
      String block = "down_blocks." + i;
      for (int j = 0; j < c.layersPerBlock(); j++) {
        h = ops.resnetBlock(block + ".resnets." + j, h, emb, c.resnet(i, Resample.NONE));
        if (c.downAttention(i)) {
          h = ops.attentionBlock(block + ".attentions." + j, h, c.norm(), c.heads(i));
        }
        skips.push(h);
      }
      if (i < last) {
        String down = block + ".downsamplers.0";
        h =
            c.downAttention(i) && c.downsampleType().equals("resnet")
                ? ops.resnetBlock(down, h, emb, c.resnet(i, Resample.DOWN))
                : ops.downsample(down, h, c.downsamplePadding());
        skips.push(h);
      }
      h = ops.feature(block, h);
    }

    h = ops.resnetBlock("mid_block.resnets.0", h, emb, c.resnet(last, Resample.NONE));
    if (c.addAttention()) {
      h = ops.attentionBlock("mid_block.attentions.0", h, c.norm(), c.heads(last));
    }
    h = ops.resnetBlock("mid_block.resnets.1", h, emb, c.resnet(last, Resample.NONE));
    h = ops.feature("mid_block", h);

    for (int i = 0; i <= last; i++) {
      String block = "up_blocks." + i;
      int level = last - i;
      for (int j = 0; j <= c.layersPerBlock(); j++) {
        T joined = ops.concat(h, skips.pop());
        h = ops.resnetBlock(block + ".resnets." + j, joined, emb, c.resnet(level, Resample.NONE));
        if (c.upAttention(i)) {
          h = ops.attentionBlock(block + ".attentions." + j, h, c.norm(), c.heads(level));
        }
      }
      if (i < last) {
        String up = block + ".upsamplers.0";
        h =
            c.upAttention(i) && c.upsampleType().equals("resnet")
                ? ops.resnetBlock(up, h, emb, c.resnet(level, Resample.UP))
                : ops.upsampleConv(up, h);
      }
      h = ops.feature(block, h);
    }
    h = ops.silu(ops.groupNorm("conv_norm_out", h, c.norm()));
    return ops.conv2d("conv_out", h, Ops.Conv.same(c.outChannels()));
  }

  private <T> T timeEmbedding(Ops<T> ops, T timestep, @Nullable T label) {
    UNet2DConfig c = settings;
    T emb = ops.timestepEmbedding(timestep, c.width(0), c.flipSinToCos(), c.freqShift());
    emb = ops.linear("time_embedding.linear_1", emb, c.timeWidth());
    emb = ops.linear("time_embedding.linear_2", ops.silu(emb), c.timeWidth());
    Integer classes = c.numClassEmbeds();
    return classes == null
        ? emb
        : ops.add(emb, ops.embedding("class_embedding", label, classes, c.timeWidth()));
  }

  @Override
  public JsonNode config() {
    return settings.toJson();
  }

  @Override
  public int[] sampleShape() {
    List<Integer> size = settings.sampleSize();
    return new int[] {settings.inChannels(), size.get(0), size.get(size.size() - 1)};
  }
}
