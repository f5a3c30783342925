package dev.espalier.workers.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.espalier.compression.InvalidInput;
import dev.espalier.compression.Json;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that sets single fields over those of a file or a recipe. */
final class SetOption {
  @Option(
      names = "--set",
      paramLabel = "FIELD=VALUE",
      description =
          "Set one field of the plan, such as prune.ratio=0.7; of a sweep, the plan its arms share."
              + " May be repeated.")
  List<String> fields = List.of();

  /**
   * The request with the fields laid over it.
   *
   * @throws InvalidInput if one is no {@code field=value} with a dotted field
   */
  JsonNode over(JsonNode request) {
    if (fields.isEmpty()) return request;
    InvalidInput.require(request.isObject(), "--set takes a JSON object to set fields of");
    ObjectNode changed = request.deepCopy();
    boolean sweep = RequestKind.of(request) == RequestKind.SWEEP;
    ObjectNode plan = sweep ? changed.withObject("/plan") : changed;
    for (String field : fields) set(plan, field);
    return changed;
  }

  private static void set(ObjectNode plan, String field) {
    int at = field.indexOf('=');
    String path = at < 0 ? field : field.substring(0, at);
    InvalidInput.require(
        at > 0 && path.matches("[A-Za-z0-9]+(\\.[A-Za-z0-9]+)*"),
        "--set '%s': legal is FIELD=VALUE with a dotted field, such as prune.ratio=0.7",
        field);
    ObjectNode object = plan;
    String[] names = path.split("\\.");
    for (int i = 0; i + 1 < names.length; i++) {
      JsonNode inner = object.get(names[i]);
      InvalidInput.require(
          inner == null || inner.isNull() || inner.isObject(),
          "--set '%s': '%s' is %s, which has no fields",
          field,
          names[i],
          inner);
      object = inner instanceof ObjectNode node ? node : object.putObject(names[i]);
    }
    object.set(names[names.length - 1], value(field.substring(at + 1)));
  }

  /** JSON where it is some, else text. */
  private static JsonNode value(String text) {
    try {
      JsonNode parsed = Json.MAPPER.readTree(text);
      return parsed.isMissingNode() ? TextNode.valueOf(text) : parsed;
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    }
  }
}
