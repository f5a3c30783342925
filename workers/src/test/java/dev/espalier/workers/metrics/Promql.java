package dev.espalier.workers.metrics;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a PromQL expression reads, told from its text. */
final class Promql {
  private static final Pattern STRING = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"");
  private static final Pattern SELECTOR = Pattern.compile("\\{[^}]*}|\\[[^]]*]");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
  private static final Pattern NAME = Pattern.compile("(?<![\\w:.])([a-zA-Z_:][\\w:]*)(?!\\w)");
  private static final Pattern CALL = Pattern.compile("\\s*\\(");
  private static final Set<String> KEYWORDS =
      Set.of("and", "or", "unless", "offset", "bool", "inf", "nan", "by", "without");

  private Promql() {}

  /** The metrics. */
  static Set<String> metrics(String expression) {
    String bare = STRING.matcher(expression).replaceAll("");
    bare = SELECTOR.matcher(bare).replaceAll("");
    bare = GROUPING.matcher(bare).replaceAll("");
    Set<String> names = new TreeSet<>();
    Matcher name = NAME.matcher(bare);
    while (name.find()) {
      boolean called = CALL.matcher(bare).region(name.end(), bare.length()).lookingAt();
      if (!called && !KEYWORDS.contains(name.group(1).toLowerCase(Locale.ROOT))) {
        names.add(name.group(1));
      }
    }
    return names;
  }

  /** The labels that it aggregates by. */
  static Set<String> groupedBy(String expression) {
    Set<String> labels = new TreeSet<>();
    Matcher grouping = GROUPING.matcher(expression);
    while (grouping.find()) {
      if (!grouping.group(1).equals("by")) continue;
      for (String label : grouping.group(2).split(",")) labels.add(label.strip());
    }
    return labels;
  }
}
