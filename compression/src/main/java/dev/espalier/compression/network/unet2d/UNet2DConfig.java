package dev.espalier.compression.network.unet2d;

import static dev.espalier.compression.InvalidInput.require;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import dev.espalier.compression.network.Ops;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of diffusers' {@code UNet2DModel} configuration, under their names in {@code
 * config.json}. A field that is absent has diffusers' default; fields that start with an underscore
 * say where the file comes from and are left out. Only {@code sample_size} has no usable default.
 *
 * @param sampleSize height and width in pixels; one number stands for both
 * @param attentionHeadDim channels of one attention head; null makes it one head
 * @param dropout probability used while training
 * @param numClassEmbeds number of classes, null for an unconditional network
 */
@JsonNaming(SnakeCaseStrategy.class)
public record UNet2DConfig(
    @JsonFormat(
            with = {
              JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY,
              JsonFormat.Feature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED
            })
        List<Integer> sampleSize,
    int inChannels,
    int outChannels,
    boolean centerInputSample,
    String timeEmbeddingType,
    @Nullable Integer timeEmbeddingDim,
    double freqShift,
    boolean flipSinToCos,
    List<String> downBlockTypes,
    String midBlockType,
    List<String> upBlockTypes,
    List<Integer> blockOutChannels,
    int layersPerBlock,
    double midBlockScaleFactor,
    int downsamplePadding,
    String downsampleType,
    String upsampleType,
    double dropout,
    String actFn,
    @Nullable Integer attentionHeadDim,
    int normNumGroups,
    @Nullable Integer attnNormNumGroups,
    double normEps,
    String resnetTimeScaleShift,
    boolean addAttention,
    @Nullable String classEmbedType,
    @Nullable Integer numClassEmbeds,
    @Nullable Integer numTrainTimesteps) {
  private static final String SOURCE = "UNet2DModel config";
  private static final JsonNode DEFAULTS =
      Json.parse(
          """
          {"sample_size": null, "in_channels": 3, "out_channels": 3, "center_input_sample": false,
           "time_embedding_type": "positional", "time_embedding_dim": null, "freq_shift": 0,
           "flip_sin_to_cos": true,
           "down_block_types":
             ["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"],
           "mid_block_type": "UNetMidBlock2D",
           "up_block_types": ["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
           "block_out_channels": [224, 448, 672, 896], "layers_per_block": 2,
           "mid_block_scale_factor": 1, "downsample_padding": 1, "downsample_type": "conv",
           "upsample_type": "conv", "dropout": 0.0, "act_fn": "silu", "attention_head_dim": 8,
           "norm_num_groups": 32, "attn_norm_num_groups": null, "norm_eps": 1e-5,
           "resnet_time_scale_shift": "default", "add_attention": true, "class_embed_type": null,
           "num_class_embeds": null, "num_train_timesteps": null}
          """,
          SOURCE);

  public UNet2DConfig {
    sampleSize = copy(sampleSize);
    downBlockTypes = copy(downBlockTypes);
    upBlockTypes = copy(upBlockTypes);
    blockOutChannels = copy(blockOutChannels);
    int levels = blockOutChannels.size();

    require(levels >= 1, "field 'block_out_channels' is empty; legal: one width per level");
    requireLevels("down_block_types", downBlockTypes, levels, "DownBlock2D", "AttnDownBlock2D");
    requireLevels("up_block_types", upBlockTypes, levels, "UpBlock2D", "AttnUpBlock2D");
    requireAtLeast("in_channels", inChannels, 1);
    requireAtLeast("out_channels", outChannels, 1);
    requireAtLeast("layers_per_block", layersPerBlock, 1);
    requireAtLeast("norm_num_groups", normNumGroups, 1);
    if (timeEmbeddingDim != null) requireAtLeast("time_embedding_dim", timeEmbeddingDim, 1);
    if (numClassEmbeds != null) requireAtLeast("num_class_embeds", numClassEmbeds, 1);
    require(normEps > 0, "field 'norm_eps' is %s; legal: more than 0", normEps);
    require(dropout >= 0 && dropout < 1, "field 'dropout' is %s; legal: 0 <= dropout < 1", dropout);
    require(
        downsamplePadding == 0 || downsamplePadding == 1,
        "field 'downsample_padding' is %d; legal: 0, 1",
        downsamplePadding);

    requireOneOf("time_embedding_type", timeEmbeddingType, "positional");
    requireOneOf("mid_block_type", midBlockType, "UNetMidBlock2D");
    requireOneOf("downsample_type", downsampleType, "conv", "resnet");
    requireOneOf("upsample_type", upsampleType, "conv", "resnet");
    requireOneOf("act_fn", actFn, "silu", "swish");
    requireOneOf("resnet_time_scale_shift", resnetTimeScaleShift, "default", "scale_shift");
    require(
        midBlockScaleFactor == 1,
        "field 'mid_block_scale_factor' is %s; legal: 1",
        midBlockScaleFactor);
    require(
        classEmbedType == null,
        "field 'class_embed_type' is set; legal: null, with num_class_embeds for a class embedding");
    require(
        attnNormNumGroups == null || attnNormNumGroups == normNumGroups,
        "field 'attn_norm_num_groups' is %s; legal: null, or norm_num_groups (%d)",
        String.valueOf(attnNormNumGroups),
        normNumGroups);
    require(
        !addAttention || resnetTimeScaleShift.equals("default") || attnNormNumGroups != null,
        "field 'attn_norm_num_groups' is null; legal with resnet_time_scale_shift 'scale_shift'"
            + " and add_attention: norm_num_groups (%d)",
        normNumGroups);

    requireExtents(sampleSize, 1 << (levels - 1));
    for (int level = 0; level < levels; level++) {
      int width = blockOutChannels.get(level);
      require(
          width > 0 && width % normNumGroups == 0,
          "field 'block_out_channels' has %d; legal: multiples of norm_num_groups (%d)",
          width,
          normNumGroups);
      boolean attention =
          downBlockTypes.get(level).startsWith("Attn")
              || upBlockTypes.get(levels - 1 - level).startsWith("Attn")
              || level == levels - 1 && addAttention;
      require(
          !attention
              || attentionHeadDim == null
              || attentionHeadDim > 0 && width % attentionHeadDim == 0,
          "field 'attention_head_dim' is %s; legal: null, or a divisor of %d",
          String.valueOf(attentionHeadDim),
          width);
    }
    require(
        blockOutChannels.get(0) % 2 == 0,
        "field 'block_out_channels' begins with %d; legal: an even number, for the time embedding",
        blockOutChannels.get(0));
  }

  private static <E> List<E> copy(@Nullable List<E> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  private static void requireLevels(String field, List<String> types, int levels, String... legal) {
    require(
        types.size() == levels,
        "field '%s' has %d entries; legal: %d, as many as block_out_channels",
        field,
        types.size(),
        levels);
    for (String type : types) requireOneOf(field, type, legal);
  }

  private static void requireOneOf(String field, @Nullable String value, String... legal) {
    require(
        value != null && List.of(legal).contains(value),
        "field '%s' is %s; legal: %s",
        field,
        value == null ? "null" : "'" + value + "'",
        String.join(", ", legal));
  }

  private static void requireAtLeast(String field, int value, int least) {
    require(value >= least, "field '%s' is %d; legal: %d or more", field, value, least);
  }

  private static void requireExtents(List<Integer> extents, int divisor) {
    boolean legal = extents.size() == 1 || extents.size() == 2;
    for (int extent : extents) legal &= extent > 0 && extent % divisor == 0;
    require(
        legal,
        "field 'sample_size' is %s; legal: pixels, one number or [height, width], in multiples of"
            + " %d for this many levels",
        extents.isEmpty() ? "missing" : extents,
        divisor);
  }

  /**
   * Reads a {@code config.json}.
   *
   * @throws InvalidInput naming the field that is unknown, out of range or not supported
   */
  public static UNet2DConfig of(JsonNode json) {
    require(json.isObject(), "%s: is not a JSON object", SOURCE);
    ObjectNode complete = DEFAULTS.deepCopy();
    json.properties().stream()
        .filter(field -> !field.getKey().startsWith("_"))
        .forEach(field -> complete.set(field.getKey(), field.getValue()));
    return Json.bind(complete, UNet2DConfig.class, SOURCE);
  }

  /** The complete configuration as diffusers reads it. */
  public JsonNode toJson() {
    ObjectNode json = Json.MAPPER.createObjectNode().put("_class_name", "UNet2DModel");
    json.setAll((ObjectNode) Json.MAPPER.<JsonNode>valueToTree(this));
    return json;
  }

  /** Number of resolutions. */
  int levels() {
    return blockOutChannels.size();
  }

  /** Unpruned width at a level, 0 being the finest. */
  int width(int level) {
    return blockOutChannels.get(level);
  }

  boolean downAttention(int level) {
    return downBlockTypes.get(level).startsWith("Attn");
  }

  /** Counted as the up blocks are, from the coarsest resolution. */
  boolean upAttention(int block) {
    return upBlockTypes.get(block).startsWith("Attn");
  }

  int heads(int level) {
    return attentionHeadDim == null ? 1 : width(level) / attentionHeadDim;
  }

  /** Width of the time embedding. */
  int timeWidth() {
    return timeEmbeddingDim == null ? 4 * width(0) : timeEmbeddingDim;
  }

  Ops.Norm norm() {
    return new Ops.Norm(normNumGroups, normEps);
  }

  Ops.Resnet resnet(int level, Ops.Resnet.Resample resample) {
    boolean scaleShift = resnetTimeScaleShift.equals("scale_shift");
    return new Ops.Resnet(width(level), norm(), scaleShift, resample);
  }
}
