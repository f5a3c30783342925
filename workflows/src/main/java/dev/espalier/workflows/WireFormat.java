package dev.espalier.workflows;

import dev.espalier.compression.Json;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.JacksonJsonPayloadConverter;

/** How requests and results travel: the same strict JSON as in files. */
public final class WireFormat {
  private static final DataConverter CONVERTER =
      DefaultDataConverter.newDefaultInstance()
          .withPayloadConverterOverrides(new JacksonJsonPayloadConverter(Json.MAPPER));

  private WireFormat() {}

  /** What every client and worker sets in its {@code WorkflowClientOptions}. */
  public static DataConverter converter() {
    return CONVERTER;
  }
}
