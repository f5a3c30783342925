package dev.espalier.workers.command;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, and what to do about it, in one line. */
public final class WrongCall {
  private WrongCall() {}

  public static String line(ParameterException exception) {
    CommandLine command = exception.getCommandLine();
    boolean root = command.getParent() == null;
    String help = "`" + command.getCommandSpec().qualifiedName() + " --help`";
    return what(exception, root)
        + likely(exception)
        + "; "
        + help
        + (root ? " lists the commands" : " shows what is legal");
  }

  private static String what(ParameterException exception, boolean root) {
    if (exception instanceof UnmatchedArgumentException unmatched
        && root
        && !unmatched.isUnknownOption()) {
      return "there is no command '" + unmatched.getUnmatched().get(0) + "'";
    }
    String message = String.valueOf(exception.getMessage()).strip();
    return message.replaceAll("\\s*\\R\\s*", " ");
  }

  private static String likely(ParameterException exception) {
    if (!(exception instanceof UnmatchedArgumentException unmatched)) return "";
    return unmatched.getSuggestions().stream()
        .findFirst()
        .map(near -> " (did you mean '" + near + "'?)")
        .orElse("");
  }
}
