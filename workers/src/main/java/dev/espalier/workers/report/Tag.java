package dev.espalier.workers.report;

import java.util.List;
import java.util.Set;

/**
 * One element of a page under construction. Text and attribute values are escaped on the way in, so
 * that nothing inserted can become markup; what comes out is well-formed as XML and as HTML. A
 * child is taken as it stands when it is added.
 */
final class Tag {
  private static final Set<String> VOID = Set.of("meta", "link", "img", "br", "input");

  private final String name;
  private final StringBuilder attributes = new StringBuilder();
  private final StringBuilder content = new StringBuilder();

  private Tag(String name) {
    this.name = name;
  }

  static Tag tag(String name) {
    return new Tag(name);
  }

  /** An element of one style class. */
  static Tag tag(String name, String style) {
    return new Tag(name).with("class", style);
  }

  Tag with(String attribute, Object value) {
    attributes
        .append(' ')
        .append(attribute)
        .append("=\"")
        .append(escape(value.toString()))
        .append('"');
    return this;
  }

  Tag text(String text) {
    content.append(escape(text));
    return this;
  }

  Tag add(Tag child) {
    child.write(content);
    return this;
  }

  Tag add(List<Tag> children) {
    children.forEach(this::add);
    return this;
  }

  /** Own style or script, which browsers read unescaped; never anything from outside. */
  Tag raw(String own) {
    content.append(own);
    return this;
  }

  boolean isEmpty() {
    return content.isEmpty();
  }

  private void write(StringBuilder out) {
    out.append('<').append(name).append(attributes);
    if (VOID.contains(name)) {
      out.append("/>");
    } else {
      out.append('>').append(content).append("</").append(name).append('>');
    }
  }

  /** {@code text} with everything that could be read as markup, or is illegal in XML, replaced. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(legal(c) ? c : 0xFFFD);
              }
            });
    return out.toString();
  }

  private static boolean legal(int c) {
    boolean control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    return !control && (c < 0xD800 || c > 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    write(out);
    return out.toString();
  }
}
