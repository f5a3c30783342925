package dev.espalier.workers.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The addresses that a process of this Linux machine listens at, as the kernel tells them. */
final class ListeningSockets {
  private static final String LISTENING = "0A";
  private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

  /** 127.0.0.0/8, ::1, and the former as the latter's kind: words of 32 bits, bytes reversed. */
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F", Pattern.CASE_INSENSITIVE);

  private ListeningSockets() {}

  /** As the kernel writes them, {@code ADDRESS:PORT} in hexadecimal digits. */
  static List<String> of(long pid) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : open.toList()) {
        try {
          Matcher socket = SOCKET.matcher(Files.readSymbolicLink(file).toString());
          if (socket.matches()) inodes.add(socket.group(1));
        } catch (IOException e) {
          continue; // Closed meanwhile.
        }
      }
    }
    List<String> addresses = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table))) {
        String[] fields = line.strip().split("\\s+");
        if (fields[3].equals(LISTENING) && inodes.contains(fields[9])) addresses.add(fields[1]);
      }
    }
    return addresses;
  }

  /** Whether nobody on another machine reaches {@code address}. */
  static boolean isLoopback(String address) {
    return LOOPBACK.matcher(address.substring(0, address.indexOf(':'))).matches();
  }
}
