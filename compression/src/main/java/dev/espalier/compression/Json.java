package dev.espalier.compression;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.util.stream.Collectors;

/** JSON as everything here reads and writes it: strict about names, fields in a fixed order. */
public final class Json {
  /**
   * Rejects unknown fields; writes map entries sorted by key, so that equal values give equal text.
   */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new ParameterNamesModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private Json() {}

  /**
   * Parses one JSON value.
   *
   * @throws InvalidInput naming {@code source} if the text is not JSON
   */
  public static JsonNode parse(String text, String source) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidInput(source + ": not JSON" + place(e) + ": " + e.getOriginalMessage(), e);
    }
  }

  private static String place(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return at == null ? "" : " in line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /**
   * Binds {@code node} to a record, whose own checks run.
   *
   * @throws InvalidInput naming the field and what is legal
   */
  public static <T> T bind(JsonNode node, Class<T> type, String source) {
    try {
      return MAPPER.treeToValue(node, type);
    } catch (JsonProcessingException e) {
      throw invalid(e, source);
    }
  }

  /** Parses and binds. */
  public static <T> T read(String text, Class<T> type, String source) {
    return bind(parse(text, source), type, source);
  }

  /** One line of JSON. */
  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Indented JSON, for files people read. */
  public static String pretty(Object value) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The one-line reason why JSON did not fit a record. */
  public static InvalidInput invalid(JsonProcessingException e, String source) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidInput invalid) {
        return new InvalidInput(source + ": " + invalid.getMessage(), e);
      }
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      String known =
          unknown.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
      return new InvalidInput(
          String.format("%s: unknown field '%s'; legal here are: %s", source, path(unknown), known),
          e);
    }
    if (e instanceof JsonMappingException mapping) {
      return new InvalidInput(
          source + ": field '" + path(mapping) + "': " + e.getOriginalMessage(), e);
    }
    return new InvalidInput(source + ": " + e.getOriginalMessage(), e);
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(r -> r.getFieldName() != null ? r.getFieldName() : "[" + r.getIndex() + "]")
        .collect(Collectors.joining("."));
  }
}
