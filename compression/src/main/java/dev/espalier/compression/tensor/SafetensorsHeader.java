package dev.espalier.compression.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.espalier.compression.InvalidInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The header of a safetensors file, read strictly and in one pass: an object of tensors, each with
 * its {@code dtype}, {@code shape} and {@code data_offsets} and nothing else, and texts under
 * {@code __metadata__}. A key that comes twice is refused, since readers differ in which they take.
 *
 * @param entries by offset: each begins where the one before it ends
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(8).maxNumberLength(40).build())
          .build();

  private static final int MOST_AXES = 64;

  /** One tensor; offsets count bytes from the end of the header. */
  record Entry(String key, Dtype dtype, int[] shape, long begin, long end) {}

  /**
   * @param text the header's JSON
   * @param file for messages
   * @param data bytes that follow the header, all of which must belong to tensors
   * @throws InvalidInput if it is anything else than a whole and consistent header
   */
  static SafetensorsHeader of(String text, String file, long data) {
    try (JsonParser json = JSON.createParser(text)) {
      return new Reader(json, file).read(data);
    } catch (IOException e) {
      throw new InvalidInput(file + ": the header is not JSON; this is not a safetensors file", e);
    }
  }

  private static final class Reader {
    private final JsonParser json;
    private final String file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new TreeMap<>();

    Reader(JsonParser json, String file) {
      this.json = json;
      this.file = file;
    }

    SafetensorsHeader read(long data) throws IOException {
      require(json.nextToken() == JsonToken.START_OBJECT, "has a header that is not a JSON object");
      boolean described = false;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        json.nextToken();
        if (key.equals("__metadata__")) {
          require(!described, "has two entries '__metadata__'");
          described = true;
          texts();
        } else {
          require(entries.put(key, tensor(key)) == null, "has two tensors '%s'", key);
        }
      }
      require(
          json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null,
          "has text after its header");
      return new SafetensorsHeader(packed(data), metadata);
    }

    private List<Entry> packed(long data) {
      List<Entry> packed = new ArrayList<>(entries.values());
      packed.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      long end = 0;
      for (Entry entry : packed) {
        require(
            entry.begin() == end,
            "tensor '%s' begins at %d where %d was expected: a hole or an overlap",
            entry.key(),
            entry.begin(),
            end);
        end = entry.end();
        require(
            end <= data, "is truncated: tensor '%s' ends at byte %d of %d", entry.key(), end, data);
      }
      require(data == end, "has %d bytes after its last tensor", data - end);
      return packed;
    }

    private void texts() throws IOException {
      require(json.currentToken() == JsonToken.START_OBJECT, "'__metadata__' is not an object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        require(json.nextToken() == JsonToken.VALUE_STRING, "metadata '%s' is not a text", key);
        require(metadata.put(key, json.getText()) == null, "has two metadata '%s'", key);
      }
    }

    private Entry tensor(String key) throws IOException {
      require(json.currentToken() == JsonToken.START_OBJECT, "tensor '%s' is not an object", key);
      Dtype dtype = null;
      long[] shape = null;
      long[] offsets = null;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        if (field.equals("dtype") && dtype == null) dtype = dtype(key);
        else if (field.equals("shape") && shape == null) shape = numbers(key, MOST_AXES);
        else if (field.equals("data_offsets") && offsets == null) offsets = numbers(key, 2);
        else require(false, "tensor '%s' has a field '%s' too many", key, field);
      }
      if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
        throw error("tensor '%s' lacks its dtype, shape or offsets", key);
      }
      return entry(key, dtype, shape, offsets);
    }

    private Entry entry(String key, Dtype dtype, long[] shape, long[] offsets) {
      for (long extent : shape) {
        require(
            extent >= 0 && extent <= Integer.MAX_VALUE,
            "tensor '%s' has the extent %d",
            key,
            extent);
      }
      int[] extents = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
      long bytes;
      try {
        bytes = Math.multiplyExact(Tensor.size(extents), dtype.bytes());
      } catch (ArithmeticException e) {
        throw error("tensor '%s' has an impossible shape %s", key, Arrays.toString(shape));
      }
      require(
          offsets[0] >= 0
              && offsets[1] >= offsets[0]
              && offsets[1] - offsets[0] == bytes
              && bytes <= Integer.MAX_VALUE - 16,
          "tensor '%s' takes %d bytes by its shape, its offsets are %d and %d",
          key,
          bytes,
          offsets[0],
          offsets[1]);
      return new Entry(key, dtype, extents, offsets[0], offsets[1]);
    }

    private Dtype dtype(String key) throws IOException {
      require(json.currentToken() == JsonToken.VALUE_STRING, "tensor '%s' has no dtype", key);
      try {
        return Dtype.valueOf(json.getText());
      } catch (IllegalArgumentException e) {
        throw error("tensor '%s' has the unknown dtype '%s'", key, json.getText());
      }
    }

    private long[] numbers(String key, int most) throws IOException {
      require(json.currentToken() == JsonToken.START_ARRAY, "tensor '%s' has a broken field", key);
      List<Long> numbers = new ArrayList<>();
      while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
        JsonParser.NumberType type = json.getNumberType();
        require(
            type != JsonParser.NumberType.BIG_INTEGER && numbers.size() < most,
            "tensor '%s' has numbers that are too large or too many",
            key);
        numbers.add(json.getLongValue());
      }
      require(
          json.currentToken() == JsonToken.END_ARRAY,
          "tensor '%s' has what is no whole number in its shape or offsets",
          key);
      return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private InvalidInput error(String message, Object... arguments) {
      for (int i = 0; i < arguments.length; i++) {
        if (arguments[i] instanceof String text) arguments[i] = printable(text);
      }
      return new InvalidInput(file + ": " + String.format(message, arguments));
    }

    private void require(boolean legal, String message, Object... arguments) {
      if (!legal) throw error(message, arguments);
    }

    private static String printable(String text) {
      String shown = text.length() > 160 ? text.substring(0, 160) + "…" : text;
      return shown.replaceAll("\\p{Cntrl}", "?");
    }
  }
}
